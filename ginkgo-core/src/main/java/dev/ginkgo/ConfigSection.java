package dev.ginkgo;

import dev.ginkgo.internal.config.SectionOwner;
import dev.ginkgo.internal.config.SettingDefinition;
import java.util.List;
import java.util.Optional;

/**
 * A table of settings that belongs to no service: what a program around the tree wants to be configured with it,
 * such as {@code [log]}. It is handed to {@code Ginkgo}'s builder, and its settings are bound and reloaded with all
 * others. Tables of one name are one table in the configuration. For the one thread that constructs it; the settings are for any.
 */
public final class ConfigSection {
    private final SectionOwner owner;

    /**
     * @param name the name of the table, at the root of the configuration
     */
    public ConfigSection(String name) {
        owner = new SectionOwner(name);
    }

    /** Declares a setting with a default, whose type it takes; see {@link Setting}. */
    public <T> Setting<T> setting(String key, T byDefault) {
        return declare(SettingDefinition.of(owner, key, byDefault));
    }

    /** Declares a setting that the configuration must give. */
    public <T> Setting<T> setting(String key, Class<T> required) {
        return declare(SettingDefinition.required(owner, key, required));
    }

    /** Declares a setting that is a list, empty by default. */
    public <E> Setting<List<E>> list(String key, Class<E> element) {
        return declare(SettingDefinition.list(owner, key, element));
    }

    /** Declares a setting that the configuration may give, and that is empty otherwise. */
    public <T> Setting<Optional<T>> optional(String key, Class<T> type) {
        return declare(SettingDefinition.optional(owner, key, type));
    }

    private <T> Setting<T> declare(SettingDefinition<T> definition) {
        return new Setting<>(owner.declare(definition));
    }

    SectionOwner owner() {
        return owner;
    }
}
