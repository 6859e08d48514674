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

/** {@code docs/behaviours.md} and the tests name the same ids, and each row names tests that do prove its id. */
class BehavioursTest {
    private static final Pattern ROW = Pattern.compile("(?m)^\\| ([A-Z]-\\d{2}) \\|(.*)\\|([^|]*)\\|$");
    private static final Pattern DISPLAY_NAME =
            Pattern.compile("@DisplayName\\(\\s*((?:\"(?:[^\"\\\\]|\\\\.)*\"[\\s+]*)+)\\)");
    private static final Pattern ID = Pattern.compile("\\b[LTSCRNHKG]-\\d{2}\\b");
    private static final Pattern TEST = Pattern.compile("`(\\w+)`");

    private final Map<String, Set<String>> documented = documented();
    private final Map<String, Set<String>> tested = tested();

    @Test
    @DisplayName("every behaviour that is written down has a test, and the tests that it names prove it")
    void everyBehaviourHasItsTests() {
        assertThat(documented).isNotEmpty();
        documented.forEach((id, tests) -> {
            assertThat(tests).as("tests named for %s in docs/behaviours.md", id).isNotEmpty();
            assertThat(tested.getOrDefault(id, Set.of()))
                    .as("tests that name %s in a @DisplayName", id)
                    .containsAll(tests);
        });
    }

    @Test
    @DisplayName("every id that a test names is written down")
    void everyTestedBehaviourIsWrittenDown() {
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
                    .as("%s stands twice", row.group(1))
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
