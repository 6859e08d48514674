package dev.ginkgo.internal.config;

/**
 * Child whose implementation is selected by a setting. It is created during binding, before its own settings are known.
 */
public interface ChildSelection {

    /** Returns the setting that names the implementation. */
    SettingDefinition<String> engine();

    /**
     * Creates the implementation with the given name. Does nothing if it exists already, or if the name is unknown,
     * which the setting reports.
     */
    void create(String name);
}
