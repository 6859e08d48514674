package dev.ginkgo.config;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Content of one key of a TOML file: a table or a value. Immutable. */
public sealed interface ConfigEntry {

    /** Returns the position of the key. */
    SettingSource keySource();

    /**
     * Returns the entry as a table: a table itself, and a list of tables as a table in which they have their numbers, from
     * 1, as names; null for any other value.
     */
    @Nullable
    Table asTable();

    /**
     * Table. {@code [a.b]}, {@code a.b.c = 1} and {@code a = {b = {}}} produce the same tables.
     *
     * @param entries the entries by name, in the order of the file
     * @param keySource position of the first occurrence of its name
     */
    record Table(Map<String, ConfigEntry> entries, SettingSource keySource) implements ConfigEntry {
        public Table {
            entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
        }

        /** Returns this table merged with another one. Where both contain a key, the other table takes precedence. */
        Table overlaidBy(Table other) {
            Map<String, ConfigEntry> merged = new LinkedHashMap<>(entries);
            other.entries.forEach((name, configEntry) -> merged.merge(
                    name,
                    configEntry,
                    (below, above) -> below instanceof Table b && above instanceof Table a ? b.overlaidBy(a) : above));
            return new Table(merged, other.keySource);
        }

        @Override
        public Table asTable() {
            return this;
        }

        /** Returns the names of the keys, without values, which may be secrets. */
        @Override
        public String toString() {
            return "table" + entries.keySet();
        }
    }

    /**
     * Value: a {@code String}, {@code Long}, {@code Double}, {@code Boolean}, a {@code java.time} date or time, or a
     * {@code List} of values and tables (as {@code Map}s).
     *
     * @param value the value
     * @param keySource position of its key
     * @param source position of the value itself
     * @param directory directory against which a relative path in the value is resolved
     * @param tables the elements of a list that contains only tables, with their positions; otherwise empty
     */
    record Value(Object value, SettingSource keySource, SettingSource source, Path directory, List<Table> tables)
            implements ConfigEntry {

        public Value {
            tables = List.copyOf(tables);
        }

        @Override
        public @Nullable Table asTable() {
            Map<String, ConfigEntry> numbered = new LinkedHashMap<>();
            tables.forEach(each -> numbered.put(String.valueOf(numbered.size() + 1), each));
            return numbered.isEmpty() ? null : new Table(numbered, keySource);
        }

        /** Returns the position, without the value, which may be a secret. */
        @Override
        public String toString() {
            return "value at " + source.location();
        }
    }
}
