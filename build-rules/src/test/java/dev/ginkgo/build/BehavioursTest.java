package dev.ginkgo.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Checks that {@code docs/behaviours.md} and the tests use the same ids, and that the tests listed for an id name it.
 */
class BehavioursTest {
    private static final Pattern ROW = Pattern.compile("(?m)^\\| ([A-Z]-\\d{2,3}) \\|(.*)\\|([^|]*)\\|$");
    private static final Pattern DISPLAY_NAME =
            Pattern.compile("@DisplayName\\(\\s*((?:\"(?:[^\"\\\\]|\\\\.)*\"[\\s+]*)+)\\)");
    private static final Pattern ID = Pattern.compile("\\b[LTSCRNHKGE]-\\d{2,3}\\b");
    private static final Pattern TEST = Pattern.compile("`(\\w+)`");

    private final Map<String, Set<String>> documented = documented();
    private final Map<String, Set<String>> tested = tested();

    @Test
    @DisplayName("every documented behaviour has tests, and they name its id")
    void everyBehaviourHasItsTests() {
        assertThat(documented).isNotEmpty();
        documented.forEach((id, tests) -> {
            assertThat(tests)
                    .as("tests listed for %s in docs/behaviours.md", id)
                    .isNotEmpty();
            assertThat(tested.getOrDefault(id, Set.of()))
                    .as("tests that name %s in a @DisplayName", id)
                    .containsAll(tests);
        });
    }

    @Test
    @DisplayName("every id that a test names is documented")
    void everyTestedBehaviourIsDocumented() {
        assertThat(documented.keySet()).containsAll(tested.keySet());
    }

    private static Map<String, Set<String>> documented() {
        Map<String, Set<String>> rows = new TreeMap<>();
        Matcher row = ROW.matcher(SourceTree.read(SourceTree.path("docs", "behaviours.md")));
        while (row.find()) {
            Set<String> tests = new TreeSet<>();
            Matcher test = TEST.matcher(row.group(3));
            while (test.find()) {
                tests.add(test.group(1));
            }
            assertThat(rows.put(row.group(1), tests))
                    .as("%s is listed twice", row.group(1))
                    .isNull();
        }
        return rows;
    }

    private static Map<String, Set<String>> tested() {
        Map<String, Set<String>> ids = new TreeMap<>();
        for (Path module : SourceTree.modules()) {
            List<Path> tests = SourceTree.javaFiles(module, "src/test/");
            for (Path test : tests) {
                Matcher name = DISPLAY_NAME.matcher(SourceTree.read(test));
                while (name.find()) {
                    Matcher id = ID.matcher(name.group(1));
                    while (id.find()) {
                        ids.computeIfAbsent(id.group(), each -> new TreeSet<>())
                                .add(test.getFileName().toString().replace(".java", ""));
                    }
                }
            }
        }
        return ids;
    }
}
