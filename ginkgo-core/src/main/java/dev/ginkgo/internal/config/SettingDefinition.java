package dev.ginkgo.internal.config;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.config.ConfigProblem;
import dev.ginkgo.config.Converter;
import dev.ginkgo.config.Secret;
import dev.ginkgo.config.SettingSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Definition of one setting: its key, type, default, bounds, checks and observers, and the source of its value. The
 * public handle on it is {@code Setting}, which has the same methods for declaring and reading. Declared by one thread;
 * once it is bound, it may be read from any thread.
 *
 * @param <T> the type of the value
 */
public final class SettingDefinition<T> implements Supplier<T> {
    private final SettingsOwner owner;
    private final String key;
    private final ConfigMapping<T> configMapping;
    private final @Nullable T defaultValue;
    private final List<Rule<T>> rules = new ArrayList<>();
    private final List<BiFunction<? super T, SettingValues, Optional<String>>> consistencyChecks = new ArrayList<>();
    private final List<BiConsumer<? super T, ? super T>> observers = new ArrayList<>();

    private String help = "";
    private String bounds = "";
    private boolean restartRequired;
    private boolean secret;
    private volatile @Nullable Supplier<SettingValues> current;

    /** The value that was read last, because reads are frequent and snapshots change rarely. */
    private volatile @Nullable LastRead lastRead;

    /** Refers to the version of a snapshot rather than to the snapshot, which may be large and outdated. */
    private record LastRead(SettingValues.Version version, Object value) {}

    private record Rule<T>(Predicate<? super T> test, String message) {}

    private SettingDefinition(
            SettingsOwner owner, String key, ConfigMapping<T> configMapping, @Nullable T defaultValue) {
        KeySyntax.requireUnusedKey(owner, KeySyntax.requireKey(key));
        this.owner = owner;
        this.key = key;
        this.configMapping = configMapping;
        this.defaultValue = defaultValue;
        configMapping.fields(defaultValue, List.of()); // rejects a default that cannot be read
    }

    public static <T> SettingDefinition<T> of(
            SettingsOwner owner, String key, T defaultValue, Converter<?>... converters) {
        requireNonNull(
                defaultValue, "the default of \"" + key + "\" is null; pass a class to declare a required setting");
        return new SettingDefinition<>(
                owner, key, ConfigMapping.ofValue(defaultValue, List.of(converters)), defaultValue);
    }

    public static <T> SettingDefinition<T> required(
            SettingsOwner owner, String key, Class<T> type, Converter<?>... converters) {
        requireNonNull(type, "type is null");
        return new SettingDefinition<>(owner, key, ConfigMapping.of(type, List.of(converters)), null);
    }

    public static <E> SettingDefinition<List<E>> list(
            SettingsOwner owner, String key, Class<E> element, Converter<?>... converters) {
        requireNonNull(element, "element is null");
        return new SettingDefinition<>(owner, key, ConfigMapping.ofList(element, List.of(converters)), List.of());
    }

    public static <E> SettingDefinition<Map<String, E>> map(
            SettingsOwner owner, String key, Class<E> element, Converter<?>... converters) {
        requireNonNull(element, "element is null");
        return new SettingDefinition<>(owner, key, ConfigMapping.ofMap(element, List.of(converters)), Map.of());
    }

    public static <E> SettingDefinition<Optional<E>> optional(
            SettingsOwner owner, String key, Class<E> element, Converter<?>... converters) {
        requireNonNull(element, "element is null");
        return new SettingDefinition<>(
                owner, key, ConfigMapping.ofOptional(element, List.of(converters)), Optional.empty());
    }

    /** Returns a setting whose value is one of the given names. */
    public static SettingDefinition<String> ofNames(
            SettingsOwner owner, String key, String defaultValue, Set<String> names) {
        ConfigMapping<String> configMapping =
                new ConfigMapping.SingleKey<>(ScalarType.oneOf(names, name -> name, name -> name));
        return new SettingDefinition<>(owner, key, configMapping, defaultValue)
                .check(names::contains, "is not one of " + names);
    }

    // ---- declaring, in the constructor

    /** Sets the line of help that {@code -h} prints. */
    public SettingDefinition<T> help(String text) {
        requireUnbound("help").help = requireNonNull(text, "text is null");
        return this;
    }

    /**
     * Sets the lowest and the highest value; both are allowed.
     *
     * @throws IllegalArgumentException if the type is not {@link Comparable}, or the default is outside the bounds
     */
    public SettingDefinition<T> between(T lo, T hi) {
        if (!(lo instanceof Comparable<?>)) {
            throw new IllegalArgumentException("\"" + key + "\" has no order, so it cannot have bounds");
        }
        String range = print(lo) + ".." + print(hi);
        if (compare(lo, hi) > 0) {
            throw new IllegalArgumentException("the bounds " + range + " of \"" + key + "\" are empty");
        }
        rule(value -> compare(lo, value) <= 0 && compare(value, hi) <= 0, "is outside " + range);
        bounds = range;
        return this;
    }

    /**
     * Rejects values that fail a test.
     *
     * @param test runs at every load, perhaps several times for one value; must not have side effects
     * @param message the error message for a value that fails, printed after the value: {@code "is not even"}
     * @throws IllegalArgumentException if the default fails the test
     */
    public SettingDefinition<T> check(Predicate<? super T> test, String message) {
        return rule(requireNonNull(test, "test is null"), requireNonNull(message, "message is null"));
    }

    /**
     * Rejects values that are inconsistent with those of other settings. The default of this setting is tested too. The
     * problem is reported at the position of this setting.
     *
     * <pre>{@code
     * setting("lowest", 1).check((low, all) -> low <= all.get(highest), "is above highest");
     * }</pre>
     *
     * @param test receives the value and all values that would be in effect with it. It runs at the start and at every
     *     reload, once every setting is valid on its own; must not have side effects
     * @param message the error message for a value that fails, printed after the value; it says what to change
     */
    public SettingDefinition<T> check(BiPredicate<? super T, SettingValues> test, String message) {
        requireNonNull(message, "message is null");
        return check((T value, SettingValues all) -> test.test(value, all) ? Optional.empty() : Optional.of(message));
    }

    /** Rejects values for which a check, as that of {@link #check(BiPredicate, String)}, returns an error message. */
    public SettingDefinition<T> check(BiFunction<? super T, SettingValues, Optional<String>> check) {
        requireUnbound("a check").consistencyChecks.add(requireNonNull(check, "check is null"));
        return this;
    }

    /** Declares that a new value takes effect at the next restart only. */
    public SettingDefinition<T> restartRequired() {
        requireUnbound("restartRequired").restartRequired = true;
        return this;
    }

    /** Declares that the value is never printed, and may come from a file: {@code <key>-file}. */
    public SettingDefinition<T> secret() {
        requireUnbound("secret").secret = true;
        return this;
    }

    /**
     * Adds an observer. Each reload that changes the value calls it once, with the old and the new value. Observers are
     * called one after another, in the order in which they were added. An exception is reported and does not prevent
     * the other calls.
     */
    public SettingDefinition<T> onChange(BiConsumer<? super T, ? super T> observer) {
        requireUnbound("onChange").observers.add(requireNonNull(observer, "observer is null"));
        return this;
    }

    private SettingDefinition<T> rule(Predicate<? super T> test, String message) {
        requireUnbound("a check").rules.add(new Rule<>(test, message));
        if (defaultValue != null && !test.test(defaultValue)) {
            throw new IllegalArgumentException(
                    "the default of \"" + key + "\", " + print(defaultValue) + ", " + message);
        }
        return this;
    }

    private SettingDefinition<T> requireUnbound(String what) {
        if (current != null) {
            throw new IllegalStateException("setting \"" + fullKey() + "\" is bound already: " + what
                    + " belongs in the constructor, where the setting is declared");
        }
        return this;
    }

    // ---- reading

    /**
     * Returns the current value. Two values that must be consistent with each other are read from one {@link
     * SettingValues}.
     *
     * @throws IllegalStateException before the setting is bound, as in a constructor
     */
    @Override
    public T get() {
        Supplier<SettingValues> snapshots = current;
        SettingValues snapshot = snapshots == null ? SettingValues.empty() : snapshots.get();
        LastRead last = lastRead;
        if (last != null && last.version == snapshot.version()) {
            return cast(last.value);
        }
        SettingValues.Bound bound = snapshot.bound(this);
        if (bound == null) {
            throw new IllegalStateException("setting \"" + key + "\" of " + owner.typeName()
                    + " is not bound yet: a constructor declares, onStart acts; read it in onStart, or pass the"
                    + " setting itself, which is a Supplier");
        }
        lastRead = new LastRead(snapshot.version(), bound.value());
        return cast(bound.value());
    }

    /** Returns the key relative to the table of its service: {@code bind}. */
    public String key() {
        return key;
    }

    /** Returns the key from the root of the tree: {@code hub.http.bind}. Complete once the service has its parent. */
    public String fullKey() {
        return KeySyntax.join(owner.key(), key);
    }

    /** Returns the setting and the source of its value, for messages: {@code setting `bind`, file numbers.toml:3:8}. */
    public String describe() {
        Supplier<SettingValues> snapshots = current;
        SettingValues.Bound bound = snapshots == null ? null : snapshots.get().bound(this);
        String name = "setting `" + fullKey() + "`";
        if (bound == null) {
            return name;
        }
        return bound.source() instanceof SettingSource.File file
                ? name + ", file " + file.location()
                : name + ", " + bound.source();
    }

    /** Returns the key and the value; the value of a secret is masked. */
    @Override
    public String toString() {
        Supplier<SettingValues> snapshots = current;
        SettingValues.Bound bound = snapshots == null ? null : snapshots.get().bound(this);
        return fullKey() + (bound == null ? " (not bound)" : " = " + print(bound.value()));
    }

    // ---- for the binder and the engine

    /** Sets where the values come from. After this call the declaration cannot be changed. */
    void bindTo(Supplier<SettingValues> snapshots) {
        current = snapshots;
    }

    /** Creates the value from those of the fields, and validates it. */
    T assemble(Map<String, Object> values, Collection<String> present) throws InvalidValueException {
        T value = configMapping.assemble(values, present);
        for (Rule<T> rule : rules) {
            boolean valid;
            try {
                valid = rule.test.test(value);
            } catch (RuntimeException e) {
                throw InvalidValueException.unreadable(
                        print(value) + " cannot be checked: " + Messages.oneLine(e), "its kind");
            }
            if (!valid) {
                throw InvalidValueException.rejected(print(value), rule.message);
            }
        }
        return value;
    }

    /** Returns the problems of this setting's value in relation to those of other settings. */
    List<ConfigProblem> inconsistencies(SettingValues all) {
        List<ConfigProblem> problems = new ArrayList<>();
        T value = all.get(this);
        for (BiFunction<? super T, SettingValues, Optional<String>> each : consistencyChecks) {
            String message;
            try {
                message = each.apply(value, all).orElse("");
            } catch (RuntimeException e) {
                message = "cannot be checked: " + (isSecret() ? e.getClass().getSimpleName() : Messages.oneLine(e));
            }
            if (!message.isEmpty()) {
                problems.add(ConfigProblem.at(all.source(this), fullKey() + ": " + print(value) + " " + message));
            }
        }
        return problems;
    }

    @Nullable
    T defaultValue() {
        return defaultValue;
    }

    /** Returns the keys of this setting: one, or for a record, map or list of records those of a table. */
    List<ConfigMapping.Field> fields(Collection<String> present) {
        return configMapping.fields(defaultValue, present);
    }

    /** Returns the mapping, if the user chooses the names of the entries; otherwise null. */
    @Nullable
    TableMapping<T> tableMapping() {
        return configMapping instanceof TableMapping<T> table ? table : null;
    }

    /** Calls the observers one after another, and returns what they threw. */
    List<Throwable> notifyObservers(Object old, Object now) {
        List<Throwable> thrown = new ArrayList<>();
        for (BiConsumer<? super T, ? super T> observer : observers) {
            try {
                observer.accept(cast(old), cast(now));
            } catch (Throwable t) { // also an Error must not keep the other observers from being called
                thrown.add(t);
            }
        }
        return thrown;
    }

    public SettingsOwner owner() {
        return owner;
    }

    String helpText() {
        return help;
    }

    String bounds() {
        return bounds;
    }

    public boolean isRestartRequired() {
        return restartRequired;
    }

    /** Returns whether any field is a secret. */
    boolean isSecret() {
        return secret || configMapping.secret();
    }

    /** Returns whether the given field is a secret. */
    boolean isSecret(ConfigMapping.Field field) {
        return secret || field.type().secret();
    }

    /** Returns a value for display; a secret is masked. */
    String print(Object value) {
        if (isSecret()) {
            return Secret.MASK;
        }
        return configMapping instanceof ConfigMapping.SingleKey<T>(ValueType<T> type)
                ? type.print(value)
                : value.toString();
    }

    @SuppressWarnings("unchecked") // the binder stores only values that this setting has assembled
    private T cast(Object value) {
        return (T) value;
    }

    @SuppressWarnings(
            "unchecked") // "between" has checked that T is Comparable, and the supported Comparable types compare with
    // themselves
    private static <T> int compare(T a, T b) {
        return ((Comparable<T>) a).compareTo(b);
    }
}
