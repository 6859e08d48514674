package dev.ginkgo.internal.config;

/** Child whose implementation a setting selects: it is created while binding, before its own settings are known. */
public interface ChildSelection {

    /** The setting that names the implementation. */
    SettingDefinition<String> engine();

    /** Creates the child of that name, unless it exists already or the name is unknown, which the setting reports. */
    void create(String name);
}
