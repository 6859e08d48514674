package dev.ginkgo;

/** Child whose implementation a setting selects: it is created while binding, before its own settings are known. */
interface ChildSelection {

    /** The setting that names the implementation. */
    SettingDefinition<String> engine();

    /** Creates the child of that name, unless it exists already or the name is unknown, which the setting reports. */
    void build(String name);
}
