package dev.ginkgo.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Checks that {@code docs/decisions/README.md} lists every decision once, by its title, in order. */
class DecisionsTest {
    private static final Path FOLDER = SourceTree.path("docs", "decisions");
    private static final Pattern ENTRY = Pattern.compile("(?m)^- \\[(\\d{4} .+)]\\((\\d{4}-[a-z-]+\\.md)\\)$");

    /** A file and the title in its first line, for example {@code 0009 A channel is a log}. */
    private record Decision(String file, String title) {}

    @Test
    @DisplayName("the index of the decisions lists every file by its title, in the order of the numbers")
    void indexListsEveryDecision() throws IOException {
        List<Decision> listed = ENTRY.matcher(SourceTree.read(FOLDER.resolve("README.md")))
                .results()
                .map(entry -> new Decision(entry.group(2), entry.group(1)))
                .toList();
        assertThat(listed).hasSizeGreaterThan(10).containsExactlyElementsOf(existing());
    }

    @Test
    @DisplayName("the numbers of decisions are unique, and each title begins with its number")
    void numbersAreUnique() throws IOException {
        assertThat(existing())
                .allSatisfy(each -> assertThat(each.title).startsWith(each.file.substring(0, 4) + " "))
                .extracting(each -> each.file.substring(0, 4))
                .doesNotHaveDuplicates();
    }

    private static List<Decision> existing() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(file -> !file.endsWith("README.md"))
                    .sorted()
                    .map(file -> new Decision(file.getFileName().toString(), title(file)))
                    .toList();
        }
    }

    private static String title(Path file) {
        return SourceTree.read(file).lines().findFirst().orElse("").replaceFirst("^# ", "");
    }
}
