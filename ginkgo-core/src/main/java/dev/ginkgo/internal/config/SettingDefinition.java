package dev.ginkgo.internal.config;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.config.ConfigProblem;
import dev.ginkgo.config.Secret;
import dev.ginkgo.config.SettingSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Definition of one setting: its key, type, default, bounds, checks and observers, and where its value comes from. The
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
    private final List<ConfigMapping.Field> fields;
    private final List<Rule<T>> rules = new ArrayList<>();
    private final List<Consistency<T>> consistencyChecks = new ArrayList<>();
    private final List<BiConsumer<? super T, ? super T>> observers = new ArrayList<>();

    private String help = "";
    private String bounds = "";
    private boolean restartRequired;
    private boolean secret;
    private volatile @Nullable Supplier<SettingValues> current;

    private record Rule<T>(Predicate<? super T> test, String message) {}

    private record Consistency<T>(BiPredicate<? super T, SettingValues> test, String message) {}

    private SettingDefinition(SettingsOwner owner, String key, ConfigMapping<T> configMapping, @Nullable T byDefault) {
        KeySyntax.requireUnusedKey(owner, KeySyntax.requireKey(key));
        this.owner = owner;
        this.key = key;
        this.configMapping = configMapping;
        this.defaultValue = byDefault;
        this.fields = List.copyOf(configMapping.fields(byDefault));
    }

    public static <T> SettingDefinition<T> of(SettingsOwner owner, String key, T byDefault) {
        requireNonNull(byDefault, "the default of \"" + key + "\" is null; a setting without one is given its class");
        return new SettingDefinition<>(owner, key, ConfigMapping.ofValue(byDefault), byDefault);
    }

    public static <T> SettingDefinition<T> required(SettingsOwner owner, String key, Class<T> type) {
        return new SettingDefinition<>(owner, key, ConfigMapping.of(requireNonNull(type, "type is null")), null);
    }

    public static <E> SettingDefinition<List<E>> list(SettingsOwner owner, String key, Class<E> element) {
        return new SettingDefinition<>(
                owner, key, ConfigMapping.ofList(requireNonNull(element, "element is null")), List.of());
    }

    public static <E> SettingDefinition<Optional<E>> optional(SettingsOwner owner, String key, Class<E> some) {
        return new SettingDefinition<>(
                owner, key, ConfigMapping.ofOptional(requireNonNull(some, "some is null")), Optional.empty());
    }

    /** A name out of some. */
    public static SettingDefinition<String> ofNames(
            SettingsOwner owner, String key, String byDefault, Set<String> names) {
        ConfigMapping<String> configMapping =
                new ConfigMapping.SingleKey<>(ScalarType.oneOf(names, name -> name, name -> name));
        return new SettingDefinition<>(owner, key, configMapping, byDefault)
                .check(names::contains, "is not one of " + names);
    }

    // ---- declare: in the constructor

    /** Says in a line what it is for; {@code -h} prints it. */
    public SettingDefinition<T> help(String text) {
        requireUnbound("help").help = requireNonNull(text, "text is null");
        return this;
    }

    /**
     * Bounds the value; both ends are allowed.
     *
     * @throws IllegalArgumentException if the type has no order, or the default lies outside
     */
    public SettingDefinition<T> between(T lo, T hi) {
        if (!(lo instanceof Comparable<?>)) {
            throw new IllegalArgumentException("\"" + key + "\" has no order, so it has no bounds");
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
     * Refuses values that fail a test.
     *
     * @param test runs at every load, perhaps several times for one value; it must not act
     * @param otherwise what is told of a value that fails, after the value: {@code "is not even"}
     * @throws IllegalArgumentException if the default fails it
     */
    public SettingDefinition<T> check(Predicate<? super T> test, String otherwise) {
        return rule(requireNonNull(test, "test is null"), requireNonNull(otherwise, "otherwise is null"));
    }

    /**
     * Refuses values that do not go together with those of other settings, its own default included. It is told at
     * the place of this setting.
     *
     * <pre>{@code
     * setting("lowest", 1).check((low, all) -> low <= all.get(highest), "is above highest");
     * }</pre>
     *
     * @param test gets the value, and all values that would hold with it; runs once every setting is good by itself,
     *     before anything starts and at every reload, and must not act
     * @param otherwise what is told of a value that fails, after the value; what to write where is part of it
     */
    public SettingDefinition<T> check(BiPredicate<? super T, SettingValues> test, String otherwise) {
        requireUnbound("a check")
                .consistencyChecks
                .add(new Consistency<>(
                        requireNonNull(test, "test is null"), requireNonNull(otherwise, "otherwise is null")));
        return this;
    }

    /** Says that it cannot change while the tree runs: a new value waits for a restart. */
    public SettingDefinition<T> restartRequired() {
        requireUnbound("fixed").restartRequired = true;
        return this;
    }

    /** Says that its value is never shown, and may come from a file: {@code <key>-file}. */
    public SettingDefinition<T> secret() {
        requireUnbound("secret").secret = true;
        return this;
    }

    /**
     * Adds an observer: at each reload that changes the value it is told once, with the old and the new one. Several
     * are told in the order in which they were added. What one throws is reported, and stops no other.
     */
    public SettingDefinition<T> onChange(BiConsumer<? super T, ? super T> observer) {
        requireUnbound("onChange").observers.add(requireNonNull(observer, "observer is null"));
        return this;
    }

    private SettingDefinition<T> rule(Predicate<? super T> test, String otherwise) {
        requireUnbound("a check").rules.add(new Rule<>(test, otherwise));
        if (defaultValue != null && !test.test(defaultValue)) {
            throw new IllegalArgumentException(
                    "the default of \"" + key + "\", " + print(defaultValue) + ", " + otherwise);
        }
        return this;
    }

    private SettingDefinition<T> requireUnbound(String what) {
        if (current != null) {
            throw new IllegalStateException("setting \"" + fullKey() + "\" is bound already: " + what
                    + " belongs into the constructor, where the setting is declared");
        }
        return this;
    }

    // ---- read

    /**
     * The value of the moment. Two values that belong together are read from one {@link SettingValues}.
     *
     * @throws IllegalStateException before the setting is bound, as in a constructor
     */
    @Override
    public T get() {
        Supplier<SettingValues> snapshots = current;
        SettingValues.Bound bound = snapshots == null ? null : snapshots.get().bound(this);
        if (bound == null) {
            throw new IllegalStateException("setting \"" + key + "\" of " + owner.typeName()
                    + " is not bound yet: a constructor declares, onStart acts; read it in onStart, or hand on the"
                    + " setting itself, which is a Supplier");
        }
        return cast(bound.value());
    }

    /** The key relative to the table of its service: {@code bind}. */
    public String key() {
        return key;
    }

    /** The key from the root of the tree, {@code hub.http.bind}; complete once the service has its parent. */
    public String fullKey() {
        return KeySyntax.join(owner.key(), key);
    }

    /** The setting and where its value comes from, for messages: {@code setting `bind`, file numbers.toml:3:8}. */
    public String describe() {
        Supplier<SettingValues> snapshots = current;
        SettingValues.Bound bound = snapshots == null ? null : snapshots.get().bound(this);
        String name = "setting `" + fullKey() + "`";
        return switch (bound == null ? null : bound.source()) {
            case null -> name;
            case SettingSource.File file -> name + ", file " + file.location();
            case SettingSource settingSource -> name + ", " + settingSource;
        };
    }

    /** The key and, unless it is a secret, the value. */
    @Override
    public String toString() {
        Supplier<SettingValues> snapshots = current;
        SettingValues.Bound bound = snapshots == null ? null : snapshots.get().bound(this);
        return fullKey() + (bound == null ? " (not bound)" : " = " + print(bound.value()));
    }

    // ---- for the binder and the engine

    /** From here on values come from there. Nothing of the declaration changes any more. */
    void bindTo(Supplier<SettingValues> snapshots) {
        current = snapshots;
    }

    /** Makes the value of those of the fields, and checks it. */
    T assemble(Map<String, Object> values) throws InvalidValueException {
        T value = configMapping.assemble(values);
        for (Rule<T> rule : rules) {
            boolean good;
            try {
                good = rule.test.test(value);
            } catch (RuntimeException e) {
                throw InvalidValueException.unreadable(
                        print(value) + " cannot be checked: " + Messages.oneLine(e), "its kind");
            }
            if (!good) {
                throw InvalidValueException.rejected(print(value), rule.message);
            }
        }
        return value;
    }

    /** What is wrong with its value there beside the values of others. */
    List<ConfigProblem> inconsistencies(SettingValues all) {
        List<ConfigProblem> problems = new ArrayList<>();
        T value = all.get(this);
        for (Consistency<T> each : consistencyChecks) {
            String wrong;
            try {
                wrong = each.test.test(value, all) ? "" : each.message;
            } catch (RuntimeException e) {
                wrong = "cannot be checked: " + (isSecret() ? e.getClass().getSimpleName() : Messages.oneLine(e));
            }
            if (!wrong.isEmpty()) {
                problems.add(ConfigProblem.at(all.source(this), fullKey() + ": " + print(value) + " " + wrong));
            }
        }
        return problems;
    }

    @Nullable
    T defaultValue() {
        return defaultValue;
    }

    /** Its keys: one, or for a record one for each component. */
    List<ConfigMapping.Field> fields() {
        return fields;
    }

    /** Tells the observers one after another, and gives what they threw. */
    List<Throwable> notifyObservers(Object old, Object now) {
        List<Throwable> thrown = new ArrayList<>();
        for (BiConsumer<? super T, ? super T> observer : observers) {
            try {
                observer.accept(cast(old), cast(now));
            } catch (Throwable t) { // whatever it is: the other observers still have their turn
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

    /** Whether any part of it is a secret. */
    boolean isSecret() {
        return secret || fields.stream().anyMatch(field -> field.type().secret());
    }

    /** Whether one of its fields is a secret. */
    boolean isSecret(ConfigMapping.Field field) {
        return secret || field.type().secret();
    }

    /** For people; a secret is masked. */
    String print(Object value) {
        if (isSecret()) {
            return Secret.MASK;
        }
        return configMapping instanceof ConfigMapping.SingleKey<T>(ValueType<T> type)
                ? type.print(value)
                : value.toString();
    }

    @SuppressWarnings("unchecked") // the binder puts only what this setting has assembled under it
    private T cast(Object value) {
        return (T) value;
    }

    @SuppressWarnings("unchecked") // "between" has checked that T is Comparable, and every Comparable here is to itself
    private static <T> int compare(T a, T b) {
        return ((Comparable<T>) a).compareTo(b);
    }
}
