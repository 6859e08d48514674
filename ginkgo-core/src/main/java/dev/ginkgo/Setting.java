package dev.ginkgo;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.internal.config.SettingDefinition;
import dev.ginkgo.internal.config.SettingValues;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * A handle on one value of the configuration. It is declared in a constructor, by {@code Service.setting} or {@link
 * ConfigSection}, and bound before the start; from then on {@link #get()} gives the value of the moment, also after a
 * reload. As it is a {@link Supplier}, hand on the setting itself where a later value should be felt.
 *
 * <p>Types: String, Integer, Long, Double, Boolean, {@link java.time.Duration}, {@link dev.ginkgo.config.Size},
 * {@link dev.ginkgo.config.Address}, {@link dev.ginkgo.config.Secret}, {@link java.nio.file.Path}, enums (in kebab
 * case: {@code drop-oldest}), lists of these, and records of all these. A record is a table: each component is a
 * key of its own, and what its constructor refuses is a problem of the configuration. A relative path in a file is
 * relative to the folder of that file, elsewhere to the working folder of the {@link
 * dev.ginkgo.config.Configuration}; a default is taken as it is.
 *
 * <p>Declaring is for the one thread that constructs the service; {@code get} may be called from any thread, costs
 * two volatile reads and a look into a map, and never blocks.
 */
public final class Setting<T> implements Supplier<T> {
    private final SettingDefinition<T> definition;

    Setting(SettingDefinition<T> definition) {
        this.definition = definition;
    }

    // ---- declare: in the constructor

    /** Sets the one line that {@code -h} prints about the setting. */
    public Setting<T> help(String text) {
        definition.help(text);
        return this;
    }

    /**
     * Bounds the value; both ends are allowed.
     *
     * @throws IllegalArgumentException if the type has no order, or the default lies outside
     */
    public Setting<T> between(T lo, T hi) {
        definition.between(lo, hi);
        return this;
    }

    /**
     * Rejects values that fail a test.
     *
     * @param test runs at every load, perhaps several times for one value; it must not have side effects
     * @param otherwise the error message for a value that fails, printed after the value: {@code "is not even"}
     * @throws IllegalArgumentException if the default fails it
     */
    public Setting<T> check(Predicate<? super T> test, String otherwise) {
        definition.check(test, otherwise);
        return this;
    }

    /**
     * Rejects values that are inconsistent with those of other settings, its own default included. The problem is
     * reported at the position of this setting.
     *
     * <pre>{@code
     * setting("lowest", 1).check((low, all) -> low <= all.get(highest), "is above highest");
     * }</pre>
     *
     * @param test gets the value, and all values that would be in effect with it; runs once every setting is valid by
     *     itself, before anything starts and at every reload, and must not have side effects
     * @param otherwise the error message for a value that fails, printed after the value; it says what to write where
     */
    public Setting<T> check(BiPredicate<? super T, Snapshot> test, String otherwise) {
        requireNonNull(test, "test is null");
        definition.check((T value, SettingValues all) -> test.test(value, new Snapshot(all)), otherwise);
        return this;
    }

    /** Declares that the setting cannot change while the tree runs: a new value waits for a restart. */
    public Setting<T> restartRequired() {
        definition.restartRequired();
        return this;
    }

    /** Declares that the value is never shown, and may come from a file: {@code <key>-file}. */
    public Setting<T> secret() {
        definition.secret();
        return this;
    }

    /**
     * Adds an observer. Each reload that changes the value calls it once, with the old and the new value. Several
     * observers are called in the order in which they were added. What one throws is reported; the others still run.
     */
    public Setting<T> onChange(BiConsumer<? super T, ? super T> observer) {
        definition.onChange(observer);
        return this;
    }

    // ---- read

    /**
     * The current value. Two values that belong together are read from one {@link Snapshot}.
     *
     * @throws IllegalStateException before the setting is bound, as in a constructor
     */
    @Override
    public T get() {
        return definition.get();
    }

    /** The key relative to the table of its service: {@code bind}. */
    public String key() {
        return definition.key();
    }

    /** The key from the root of the tree, {@code hub.http.bind}; complete once the service has its parent. */
    public String fullKey() {
        return definition.fullKey();
    }

    /** The setting and where its value comes from, for messages: {@code setting `bind`, file numbers.toml:3:8}. */
    public String describe() {
        return definition.describe();
    }

    /** The key and, unless it is a secret, the value. */
    @Override
    public String toString() {
        return definition.toString();
    }

    SettingDefinition<T> definition() {
        return definition;
    }
}
