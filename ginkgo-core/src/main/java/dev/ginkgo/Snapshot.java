package dev.ginkgo;

import dev.ginkgo.config.SettingSource;
import dev.ginkgo.internal.config.SettingValues;

/**
 * Immutable values of all settings of a tree at one moment. A reload creates a new snapshot, so values read from one
 * snapshot are consistent with each other. Obtained from {@code Service.snapshot()}; may be used by any thread.
 */
public final class Snapshot {
    private final SettingValues values;

    Snapshot(SettingValues values) {
        this.values = values;
    }

    /**
     * Returns the value of a setting in this snapshot.
     *
     * @throws IllegalArgumentException if the setting belongs to another tree, or to a service that was added later
     */
    public <T> T get(Setting<T> setting) {
        return values.get(setting.definition());
    }

    /**
     * Returns the source of a value. For a record, it is the source of its first component that does not have its
     * default.
     *
     * @throws IllegalArgumentException if the setting belongs to another tree, or to a service that was added later
     */
    public SettingSource source(Setting<?> setting) {
        return values.source(setting.definition());
    }

    /** Returns the number of settings. The values are not printed, because they may be secrets. */
    @Override
    public String toString() {
        return values.toString();
    }
}
