package dev.ginkgo.config;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Cases of toml-test, which are in the folder {@code toml-test}: valid files, each with its content as JSON, and invalid
 * files. Configuration files are TOML 1.1.
 */
class TomlTestSuiteTest {
    private static final int MIN_CASES = 500;

    /** Not valid in TOML 1.0, but in 1.1. */
    private static final Set<String> VALID_SINCE_1_1 = Set.of(
            "invalid/datetime/no-secs.toml",
            "invalid/inline-table/linebreak-1.toml",
            "invalid/inline-table/linebreak-2.toml",
            "invalid/inline-table/linebreak-3.toml",
            "invalid/inline-table/linebreak-4.toml",
            "invalid/inline-table/trailing-comma.toml",
            "invalid/local-datetime/no-secs.toml",
            "invalid/local-time/no-secs.toml",
            "invalid/string/basic-byte-escapes.toml");

    /** Valid in a draft of TOML 1.1 only: bare keys with letters that are not ASCII. */
    private static final Set<String> VALID_IN_A_DRAFT = Set.of("valid/key/unicode.toml");

    static Stream<String> cases() throws Exception {
        Path folder = path("");
        try (Stream<Path> files = Files.walk(folder)) {
            List<String> names = files.map(file -> folder.relativize(file).toString())
                    .filter(name -> name.endsWith(".toml"))
                    .sorted()
                    .toList();
            assertThat(names).hasSizeGreaterThan(MIN_CASES);
            return names.stream();
        }
    }

    static Stream<String> valid() throws Exception {
        return cases().filter(name -> name.startsWith("valid/")).filter(name -> !VALID_IN_A_DRAFT.contains(name));
    }

    static Stream<String> invalid() throws Exception {
        return cases().filter(name -> name.startsWith("invalid/") || VALID_IN_A_DRAFT.contains(name))
                .filter(name -> !VALID_SINCE_1_1.contains(name));
    }

    static Stream<String> validSince11() {
        return VALID_SINCE_1_1.stream();
    }

    static Stream<String> positions() throws Exception {
        try (Stream<String> lines = Files.lines(path("../toml-positions.txt"))) {
            return lines.filter(line -> !line.startsWith("#")).toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource
    @DisplayName("C-01 each valid file of toml-test has the values that toml-test gives for it")
    void valid(String name) throws Exception {
        RawConfig rawConfig = read(name);
        assertThat(rawConfig.problems()).isEmpty();
        assertThat(plain(rawConfig.root())).isEqualTo(expected(name.replace(".toml", ".json")));
    }

    @ParameterizedTest
    @MethodSource
    @DisplayName("files of toml-test that are valid since TOML 1.1 are accepted")
    void validSince11(String name) throws Exception {
        assertThat(read(name).problems()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource
    @DisplayName("C-01 each invalid file of toml-test is rejected, with positions that are in the file")
    void invalid(String name) throws Exception {
        RawConfig rawConfig = read(name);
        assertThat(rawConfig.root().entries()).isEmpty();
        assertThat(rawConfig.problems()).isNotEmpty();
        List<String> lines = List.of(Files.readString(path(name), ISO_8859_1).split("\n", -1));
        for (ConfigProblem problem : rawConfig.problems()) {
            assertThat(problem.source()).isEqualTo(path(name).toString());
            assertThat(problem.line()).as("%s", problem).isBetween(1, lines.size());
            assertThat(problem.column())
                    .as("%s", problem)
                    .isBetween(1, lines.get(problem.line() - 1).length() + 1);
        }
    }

    @ParameterizedTest
    @MethodSource("positions")
    @DisplayName("C-01 the first problem is reported where it is")
    void position(String line) throws Exception {
        String[] cells = line.split(" ", 2);
        ConfigProblem first = read("invalid/" + cells[0] + ".toml").problems().getFirst();
        assertThat(first.line() + ":" + first.column()).as("%s", first).isEqualTo(cells[1]);
    }

    private static RawConfig read(String name) throws Exception {
        return Configuration.empty().file(path(name)).load();
    }

    private static Path path(String name) throws Exception {
        return Path.of(requireNonNull(TomlTestSuiteTest.class.getResource("toml-test"))
                        .toURI())
                .resolve(name)
                .normalize();
    }

    private static Object plain(ConfigEntry entry) {
        return switch (entry) {
            case ConfigEntry.Value value -> value.value();
            case ConfigEntry.Table table -> {
                Map<String, Object> plain = new LinkedHashMap<>();
                table.entries().forEach((key, below) -> plain.put(key, plain(below)));
                yield plain;
            }
        };
    }

    private static Object expected(String name) throws Exception {
        try (JsonParser json = new JsonFactory().createParser(path(name).toFile())) {
            json.nextToken();
            return next(json);
        }
    }

    /** Reads the value that begins at the current token: an object {@code {"type": …, "value": …}} is a single value. */
    private static Object next(JsonParser json) throws IOException {
        return switch (json.currentToken()) {
            case START_ARRAY -> {
                List<Object> list = new ArrayList<>();
                while (json.nextToken() != JsonToken.END_ARRAY) {
                    list.add(next(json));
                }
                yield list;
            }
            case START_OBJECT -> {
                Map<String, Object> table = new LinkedHashMap<>();
                while (json.nextToken() != JsonToken.END_OBJECT) {
                    String key = json.currentName();
                    json.nextToken();
                    table.put(key, next(json));
                }
                yield table.get("type") instanceof String type && table.get("value") instanceof String value
                        ? scalar(type, value)
                        : table;
            }
            default -> json.getText();
        };
    }

    private static Object scalar(String type, String value) {
        return switch (type) {
            case "string" -> value;
            case "integer" -> Long.valueOf(value);
            case "float" ->
                switch (value) {
                    case "inf", "+inf" -> Double.POSITIVE_INFINITY;
                    case "-inf" -> Double.NEGATIVE_INFINITY;
                    case "nan", "+nan", "-nan" -> Double.NaN;
                    default -> Double.valueOf(value);
                };
            case "bool" -> Boolean.valueOf(value);
            case "datetime" -> OffsetDateTime.parse(value);
            case "datetime-local" -> LocalDateTime.parse(value);
            case "date-local" -> LocalDate.parse(value);
            case "time-local" -> LocalTime.parse(value);
            default -> throw new IllegalArgumentException(type);
        };
    }
}
