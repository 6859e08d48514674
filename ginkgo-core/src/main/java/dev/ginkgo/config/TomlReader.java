package dev.ginkgo.config;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlKeyValue;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/** Turns TOML into entries that know their line and column. The one class that knows the parser. */
final class TomlReader {
    private final String name;
    private final Path folder;

    private TomlReader(String name, Path folder) {
        this.name = name;
        this.folder = folder;
    }

    /**
     * Parses a text. A text with errors gives an empty table: after the first error the parser puts keys into the
     * wrong tables, and problems found there would be false.
     *
     * @param folder what relative paths in the text are relative to
     * @param problems where the errors go
     */
    static ConfigEntry.Table read(String name, String toml, Path folder, List<ConfigProblem> problems) {
        TomlReader reader = new TomlReader(name, folder);
        SettingSource start = new SettingSource.File(name, 1, 1);
        TomlParseResult parsed = Toml.parse(toml.startsWith("\ufeff") ? toml.substring(1) : toml);
        if (!parsed.hasErrors()) {
            return reader.table(parsed, start);
        }
        for (TomlParseError error : parsed.errors()) {
            problems.add(ConfigProblem.at(reader.at(error.position(), start), message(error)));
        }
        return new ConfigEntry.Table(Map.of(), start);
    }

    private ConfigEntry.Table table(TomlTable table, SettingSource key) {
        Map<String, ConfigEntry> entries = new LinkedHashMap<>();
        for (String each : table.keySet()) {
            List<String> path = List.of(each);
            SettingSource place = at(table.inputPositionOf(path), key);
            Object value = requireNonNull(table.get(path));
            if (value instanceof TomlTable below) {
                entries.put(each, table(below, place));
            } else {
                TomlKeyValue entry = table.entry(path);
                SettingSource settingSource =
                        entry == null ? place : at(entry.value().position(), place);
                entries.put(each, new ConfigEntry.Value(plain(value), place, settingSource, folder));
            }
        }
        return new ConfigEntry.Table(entries, key);
    }

    private static Object plain(Object value) {
        return switch (value) {
            case TomlArray array ->
                array.toList().stream().map(TomlReader::plain).toList();
            case TomlTable table -> table.toMap();
            default -> value;
        };
    }

    /** The parser knows no position of a table that it has made up. */
    private SettingSource at(@Nullable TomlPosition position, SettingSource otherwise) {
        return position == null ? otherwise : new SettingSource.File(name, position.line(), position.column());
    }

    /** The parser quotes what it stumbled over. That may be a piece of a secret, so no more than one sign of it stays. */
    private static String message(TomlParseError error) {
        String message = error.getMessage() == null ? "cannot be parsed" : error.getMessage();
        String masked = message.replaceFirst("^Unexpected '.{2,}', expected", "unexpected text, expected");
        String lower = Character.toLowerCase(masked.charAt(0)) + masked.substring(1);
        return lower.endsWith("expected a value") ? lower + "; text is written in quotes" : lower;
    }
}
