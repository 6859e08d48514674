package dev.ginkgo.internal.config;

import java.util.List;

/** A setting whose value differs between two snapshots. */
public record SettingChange(SettingDefinition<?> setting, Object old, Object now) {

    /** Tells the setting's observers one after another, and gives what they threw. */
    public List<Throwable> tell() {
        return setting.tell(old, now);
    }

    /** {@code rate: 60 -> 90}; a secret is masked. */
    @Override
    public String toString() {
        return setting.fullKey() + ": " + setting.print(old) + " -> " + setting.print(now);
    }
}
