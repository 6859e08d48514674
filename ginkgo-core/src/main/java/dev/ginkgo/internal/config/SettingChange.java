package dev.ginkgo.internal.config;

import java.util.List;

/** A setting whose value differs between two snapshots. */
public record SettingChange(SettingDefinition<?> setting, Object oldValue, Object newValue) {

    /** Tells the setting's observers one after another, and gives what they threw. */
    public List<Throwable> notifyObservers() {
        return setting.notifyObservers(oldValue, newValue);
    }

    /** {@code rate: 60 -> 90}; a secret is masked. */
    @Override
    public String toString() {
        return setting.fullKey() + ": " + setting.print(oldValue) + " -> " + setting.print(newValue);
    }
}
