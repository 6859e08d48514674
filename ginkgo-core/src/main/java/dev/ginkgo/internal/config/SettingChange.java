package dev.ginkgo.internal.config;

import java.util.List;

/** Setting whose value differs between two snapshots. */
public record SettingChange(SettingDefinition<?> setting, Object oldValue, Object newValue) {

    /** Calls the observers of the setting one after another, and returns what they threw. */
    public List<Throwable> notifyObservers() {
        return setting.notifyObservers(oldValue, newValue);
    }

    /** Returns {@code rate: 60 -> 90}; the values of a secret are masked. */
    @Override
    public String toString() {
        return setting.fullKey() + ": " + setting.print(oldValue) + " -> " + setting.print(newValue);
    }
}
