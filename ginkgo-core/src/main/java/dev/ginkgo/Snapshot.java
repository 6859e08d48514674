package dev.ginkgo;

import dev.ginkgo.config.SettingSource;
import dev.ginkgo.internal.config.SettingValues;

/**
 * The values of all settings of a tree at one moment. A reload makes a new one; this one never changes, so values
 * read from it belong together.
 */
public final class Snapshot {
    private final SettingValues values;

    Snapshot(SettingValues values) {
        this.values = values;
    }

    /**
     * The value that the setting has here.
     *
     * @throws IllegalArgumentException if the setting belongs to another tree, or to a service added later
     */
    public <T> T get(Setting<T> setting) {
        return values.get(setting.definition());
    }

    /**
     * Where the value comes from; of a record, where its first given component comes from.
     *
     * @throws IllegalArgumentException if the setting belongs to another tree, or to a service added later
     */
    public SettingSource source(Setting<?> setting) {
        return values.source(setting.definition());
    }

    /** How many settings there are; the values may be secrets. */
    @Override
    public String toString() {
        return values.toString();
    }
}
