package dev.ginkgo;

import dev.ginkgo.config.Converter;
import dev.ginkgo.internal.config.SectionOwner;
import dev.ginkgo.internal.config.SettingDefinition;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Table of settings that belongs to no service, for the code around a tree, such as {@code [log]}. It is passed to
 * {@link Ginkgo.Builder#section}, and its settings are bound and reloaded with those of the services. Sections with the
 * same name share one table of the configuration. Declared by one thread; its settings may be read from any thread.
 */
public final class ConfigSection {
    private final SectionOwner owner;

    /**
     * Creates a section without settings.
     *
     * @param name the name of the table, at the root of the configuration: lower case words joined by {@code -}
     * @throws IllegalArgumentException if the name is malformed
     */
    public ConfigSection(String name) {
        owner = new SectionOwner(name);
    }

    /**
     * Declares a setting that has a default. The type of the default is the type of the setting; see {@link Setting}.
     */
    public <T> Setting<T> setting(String key, T defaultValue, Converter<?>... converters) {
        return declare(SettingDefinition.of(owner, key, defaultValue, converters));
    }

    /** Declares a required setting: binding reports a problem if no source provides a value. */
    public <T> Setting<T> setting(String key, Class<T> required, Converter<?>... converters) {
        return declare(SettingDefinition.required(owner, key, required, converters));
    }

    /** Declares a list setting, empty by default. A list of records is a list of tables: {@code [[upstream]]}. */
    public <E> Setting<List<E>> list(String key, Class<E> element, Converter<?>... converters) {
        return declare(SettingDefinition.list(owner, key, element, converters));
    }

    /**
     * Declares a map setting, empty by default, whose keys the user chooses. For a record type each entry is a table:
     * {@code [upstreams.backup]}. The keys have the syntax of child names, and the map has the order of the file.
     */
    public <V> Setting<Map<String, V>> map(String key, Class<V> value, Converter<?>... converters) {
        return declare(SettingDefinition.map(owner, key, value, converters));
    }

    /** Declares an optional setting, empty unless a source provides a value. */
    public <T> Setting<Optional<T>> optional(String key, Class<T> type, Converter<?>... converters) {
        return declare(SettingDefinition.optional(owner, key, type, converters));
    }

    private <T> Setting<T> declare(SettingDefinition<T> definition) {
        return new Setting<>(owner.declare(definition));
    }

    SectionOwner owner() {
        return owner;
    }
}
