package dev.ginkgo.internal.config;

import java.util.ArrayList;
import java.util.List;

/**
 * Owner of the settings of a table that belongs to no service, at the root of the configuration. Several owners may
 * share one table.
 *
 * @param key the name of the table
 * @param settings the settings declared so far
 */
public record SectionOwner(String key, List<SettingDefinition<?>> settings) implements SettingsOwner {

    public SectionOwner(String name) {
        this(KeySyntax.requireName(name), new ArrayList<>());
    }

    public <T> SettingDefinition<T> declare(SettingDefinition<T> setting) {
        settings.add(setting);
        return setting;
    }

    @Override
    public String path() {
        return "[" + key + "]";
    }

    @Override
    public String typeName() {
        return path();
    }

    @Override
    public List<? extends SettingsOwner> childOwners() {
        return List.of();
    }

    @Override
    public boolean sharesTable() {
        return true;
    }

    @Override
    public List<String> allowedChildren() {
        return List.of();
    }
}
