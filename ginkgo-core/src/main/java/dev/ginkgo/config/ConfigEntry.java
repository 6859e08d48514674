package dev.ginkgo.config;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** What stands under one key of a file: a table or a value. */
public sealed interface ConfigEntry {

    /** Where the key stands. */
    SettingSource keySource();

    /**
     * A table. {@code [a.b]}, {@code a.b.c = 1} and {@code a = {b = {}}} all make the same ones.
     *
     * @param entries what is in it, in the order of the file
     * @param keySource where its name stands first
     */
    record Table(Map<String, ConfigEntry> entries, SettingSource keySource) implements ConfigEntry {
        public Table {
            entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
        }

        /** This table with another one laid over it: what both hold, the other decides. */
        Table overlaidBy(Table other) {
            Map<String, ConfigEntry> merged = new LinkedHashMap<>(entries);
            other.entries.forEach((name, configEntry) -> merged.merge(
                    name,
                    configEntry,
                    (below, above) -> below instanceof Table b && above instanceof Table a ? b.overlaidBy(a) : above));
            return new Table(merged, other.keySource);
        }

        /** The names of the keys, without their values: a table may hold secrets. */
        @Override
        public String toString() {
            return "table" + entries.keySet();
        }
    }

    /**
     * A value: a {@code String}, {@code Long}, {@code Double}, {@code Boolean}, a {@code java.time} date or time,
     * or a {@code List} of values and tables (as {@code Map}s).
     *
     * @param value the value
     * @param keySource where its key stands
     * @param source where the value itself stands
     * @param folder what a relative path in it is relative to
     */
    record Value(Object value, SettingSource keySource, SettingSource source, Path folder) implements ConfigEntry {

        /** The place, without the value, which may be a secret. */
        @Override
        public String toString() {
            return "value at " + source.location();
        }
    }
}
