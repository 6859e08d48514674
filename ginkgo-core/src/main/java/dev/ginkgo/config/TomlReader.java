package dev.ginkgo.config;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlKeyValue;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/** Parses TOML into entries with line and column. The only class that uses the TOML parser. */
final class TomlReader {
    private final String name;
    private final Path directory;

    private TomlReader(String name, Path directory) {
        this.name = name;
        this.directory = directory;
    }

    /** Parses the bytes of a file, which must be UTF-8, like {@link #read(String, String, Path, List) a text}. */
    static ConfigEntry.Table read(String name, byte[] utf8, Path directory, List<ConfigProblem> problems) {
        CharBuffer decoded = CharBuffer.allocate(utf8.length);
        boolean malformed = StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(utf8), decoded, true)
                .isError();
        String text = decoded.flip().toString();
        if (malformed) {
            problems.add(ConfigProblem.at(endOf(name, withoutBom(text)), "this is not UTF-8; save the file as UTF-8"));
            return empty(name);
        }
        return read(name, text, directory, problems);
    }

    /**
     * Parses a text. Returns an empty table if the text has errors: after the first error the parser puts keys into the
     * wrong tables, so problems found there would be false.
     *
     * @param directory directory against which relative paths in the text are resolved
     * @param problems receives the errors
     */
    static ConfigEntry.Table read(String name, String toml, Path directory, List<ConfigProblem> problems) {
        TomlReader reader = new TomlReader(name, directory);
        SettingSource start = new SettingSource.File(name, 1, 1);
        TomlParseResult parsed = Toml.parse(withoutBom(toml));
        if (!parsed.hasErrors()) {
            return reader.table(parsed, start);
        }
        for (TomlParseError error : parsed.errors()) {
            problems.add(ConfigProblem.at(reader.at(error.position(), start), message(error)));
        }
        return empty(name);
    }

    private static ConfigEntry.Table empty(String name) {
        return new ConfigEntry.Table(Map.of(), new SettingSource.File(name, 1, 1));
    }

    private static String withoutBom(String text) {
        return text.startsWith("\ufeff") ? text.substring(1) : text;
    }

    /** Returns the position after a text. Like the parser's, its column counts code points. */
    private static SettingSource endOf(String name, String text) {
        int line = 1 + (int) text.chars().filter(c -> c == '\n').count();
        int column = 1 + text.codePointCount(text.lastIndexOf('\n') + 1, text.length());
        return new SettingSource.File(name, line, column);
    }

    private ConfigEntry.Table table(TomlTable table, SettingSource key) {
        Map<String, ConfigEntry> entries = new LinkedHashMap<>();
        for (String each : table.keySet()) {
            List<String> path = List.of(each);
            SettingSource keyPosition = at(table.inputPositionOf(path), key);
            Object value = requireNonNull(table.get(path));
            if (value instanceof TomlTable below) {
                entries.put(each, table(below, keyPosition));
            } else {
                TomlKeyValue entry = table.entry(path);
                SettingSource settingSource =
                        entry == null ? keyPosition : at(entry.value().position(), keyPosition);
                entries.put(
                        each,
                        new ConfigEntry.Value(
                                plain(value), keyPosition, settingSource, directory, tables(value, keyPosition)));
            }
        }
        return new ConfigEntry.Table(entries, key);
    }

    private List<ConfigEntry.Table> tables(Object value, SettingSource key) {
        if (!(value instanceof TomlArray array) || !array.toList().stream().allMatch(TomlTable.class::isInstance)) {
            return List.of();
        }
        return IntStream.range(0, array.size())
                .mapToObj(i -> table(array.getTable(i), at(array.inputPositionOf(i), key)))
                .toList();
    }

    /** Returns a value in which arrays and tables, at any depth, are lists and maps. */
    private static Object plain(Object value) {
        if (value instanceof TomlArray array) { // a switch over types would delay each start
            return array.toList().stream().map(TomlReader::plain).toList();
        }
        if (value instanceof TomlTable table) {
            Map<String, Object> map = new LinkedHashMap<>();
            table.toMap().forEach((key, each) -> map.put(key, plain(each)));
            return Collections.unmodifiableMap(map);
        }
        return value;
    }

    /**
     * Returns the position, or {@code fallback} for a table that is only implied by its sub-tables and therefore has
     * none.
     */
    private SettingSource at(@Nullable TomlPosition position, SettingSource fallback) {
        return position == null ? fallback : new SettingSource.File(name, position.line(), position.column());
    }

    /**
     * Returns the message without the text that the parser quotes: it may be part of a secret, so at most one character
     * of it is kept.
     */
    private static String message(TomlParseError error) {
        String message = error.getMessage() == null ? "cannot be parsed" : error.getMessage();
        String masked = message.replaceFirst("^Unexpected '.{2,}', expected", "unexpected text, expected");
        String lower = Character.toLowerCase(masked.charAt(0)) + masked.substring(1);
        return lower.endsWith("expected a value") ? lower + "; write text in quotes" : lower;
    }
}
