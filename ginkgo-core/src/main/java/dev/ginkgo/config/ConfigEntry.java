package dev.ginkgo.config;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** What stands under one key of a file: a table or a value. */
public sealed interface ConfigEntry {

    /** Where the key stands. */
    SettingSource key();

    /**
     * A table. {@code [a.b]}, {@code a.b.c = 1} and {@code a = {b = {}}} all make the same ones.
     *
     * @param entries what is in it, in the order of the file
     * @param key where its name stands first
     */
    record Table(Map<String, ConfigEntry> entries, SettingSource key) implements ConfigEntry {
        public Table {
            entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
        }

        /** This table with another one laid over it: what both hold, the other decides. */
        Table overlaidBy(Table other) {
            Map<String, ConfigEntry> merged = new LinkedHashMap<>(entries);
            other.entries.forEach((name, entry) -> merged.merge(
                    name,
                    entry,
                    (below, above) -> below instanceof Table b && above instanceof Table a ? b.overlaidBy(a) : above));
            return new Table(merged, other.key);
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
     * @param key where its key stands
     * @param origin where the value itself stands
     * @param folder what a relative path in it is relative to
     */
    record Value(Object value, SettingSource key, SettingSource origin, Path folder) implements ConfigEntry {

        /** The place, without the value, which may be a secret. */
        @Override
        public String toString() {
            return "value at " + origin.where();
        }
    }
}
