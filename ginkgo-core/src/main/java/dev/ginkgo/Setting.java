package dev.ginkgo;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.internal.config.SettingDefinition;
import dev.ginkgo.internal.config.SettingValues;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Handle on one typed value of the configuration. It is declared in a constructor, by {@code Service.setting} or {@link
 * ConfigSection}, and bound before the start. From then on {@link #get()} returns the current value, also after a
 * reload. A setting is a {@link Supplier}: where a reload should take effect later, pass the setting rather than its
 * value.
 *
 * <p>Supported types: String, Integer, Long, Double, Boolean, {@link java.time.Duration}, {@link
 * dev.ginkgo.config.Size}, {@link dev.ginkgo.config.Address}, {@link dev.ginkgo.config.Secret}, {@link
 * java.nio.file.Path}, enums (in kebab case: {@code drop-oldest}), types with a {@link dev.ginkgo.config.Converter},
 * lists of these, and records of all these. A record corresponds to a table: each component is a key of its own, one of
 * type {@code Optional} may be missing, and an exception thrown by its constructor becomes a problem of the
 * configuration.
 *
 * <p>A map, and a list of records, is a table whose names the user chooses: {@code [upstreams.backup]}; for a list the
 * names are numbers, and {@code [[upstream]]} is the usual form. If the configuration contains any entry, it replaces the
 * default; a key that such an entry of a map lacks has its value in the entry of the default with the same name. An
 * environment variable can override a key of an entry, but not add an entry.
 *
 * <p>A relative path in a file is resolved against the directory of that file; from other
 * sources, against the working directory of the {@link dev.ginkgo.config.Configuration}. A default path is not
 * resolved.
 *
 * <p>The declaring methods are called by the one thread that constructs the service. {@code get} may be called from any
 * thread and never blocks. It costs a few volatile reads, and after each change of the tree's settings one map lookup.
 *
 * @param <T> the type of the value
 */
public final class Setting<T> implements Supplier<T> {
    private final SettingDefinition<T> definition;

    Setting(SettingDefinition<T> definition) {
        this.definition = definition;
    }

    // ---- declaring, in the constructor

    /** Sets the one line that {@code -h} prints about the setting. */
    public Setting<T> help(String text) {
        definition.help(text);
        return this;
    }

    /**
     * Sets the lowest and the highest value; both are allowed.
     *
     * @throws IllegalArgumentException if the type is not {@link Comparable}, or the default is outside the bounds
     */
    public Setting<T> between(T lo, T hi) {
        definition.between(lo, hi);
        return this;
    }

    /**
     * Rejects values that fail a test.
     *
     * @param test runs at every load, perhaps several times for one value; must not have side effects
     * @param message the error message for a value that fails, printed after the value: {@code "is not even"}
     * @throws IllegalArgumentException if the default fails the test
     */
    public Setting<T> check(Predicate<? super T> test, String message) {
        definition.check(test, message);
        return this;
    }

    /**
     * Rejects values that are inconsistent with those of other settings. The default of this setting is tested too. The
     * problem is reported at the position of this setting.
     *
     * <pre>{@code
     * setting("lowest", 1).check((low, all) -> low <= all.get(highest), "is above highest");
     * }</pre>
     *
     * @param test receives the value and a snapshot of all values that would be in effect with it. It runs at the start
     *     and at every reload, once every setting is valid on its own; must not have side effects
     * @param message the error message for a value that fails, printed after the value; it says what to change
     */
    public Setting<T> check(BiPredicate<? super T, Snapshot> test, String message) {
        requireNonNull(test, "test is null");
        definition.check((T value, SettingValues all) -> test.test(value, new Snapshot(all)), message);
        return this;
    }

    /**
     * Rejects values like {@link #check(BiPredicate, String)}, with an error message that depends on the values.
     *
     * @param check returns the error message for a value that fails, printed after the value, or an empty value
     */
    public Setting<T> check(BiFunction<? super T, Snapshot, Optional<String>> check) {
        requireNonNull(check, "check is null");
        definition.check((T value, SettingValues all) -> check.apply(value, new Snapshot(all)));
        return this;
    }

    /**
     * Declares that a new value takes effect at the next restart only. A reload that would change it is rejected, or
     * applied to all other settings, according to {@code [ginkgo] fixed-change}.
     */
    public Setting<T> restartRequired() {
        definition.restartRequired();
        return this;
    }

    /**
     * Declares that the value is confidential: it is never printed, and may be read from a file that is named under
     * {@code <key>-file}.
     */
    public Setting<T> secret() {
        definition.secret();
        return this;
    }

    /**
     * Adds an observer. Each reload that changes the value calls it once, with the old and the new value. Observers are
     * called one after another, in the order in which they were added. An exception is reported in the {@link
     * dev.ginkgo.config.ReloadResult} and does not prevent the other calls.
     */
    public Setting<T> onChange(BiConsumer<? super T, ? super T> observer) {
        definition.onChange(observer);
        return this;
    }

    // ---- reading

    /**
     * Returns the current value. Two values that must be consistent with each other are read from one {@link Snapshot}.
     *
     * @throws IllegalStateException before the setting is bound, as in a constructor
     */
    @Override
    public T get() {
        return definition.get();
    }

    /** Returns the key relative to the table of its service: {@code bind}. */
    public String key() {
        return definition.key();
    }

    /** Returns the key from the root of the tree: {@code hub.http.bind}. Complete once the service has its parent. */
    public String fullKey() {
        return definition.fullKey();
    }

    /** Returns the setting and the source of its value, for messages: {@code setting `bind`, file numbers.toml:3:8}. */
    public String describe() {
        return definition.describe();
    }

    /** Returns the key and the value; the value of a secret is masked. */
    @Override
    public String toString() {
        return definition.toString();
    }

    SettingDefinition<T> definition() {
        return definition;
    }
}
