package dev.ginkgo.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Checks the links between the pages of the documentation, and their tables. */
class LinksTest {
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:\\s]*)(?:#([^)\\s]+))?\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.+)$");
    private static final Pattern TABLE_HEAD = Pattern.compile("(?m)^(\\|.*\\|)\\n\\|[-:| ]+\\|$");

    @Test
    @DisplayName("each link points to an existing file and heading")
    void linkTargetsExist() throws IOException {
        List<Path> pages = pages();
        assertThat(pages).hasSizeGreaterThan(30);
        for (Path page : pages) {
            for (MatchResult link :
                    LINK.matcher(SourceTree.read(page)).results().toList()) {
                Path target = link.group(1).isEmpty() ? page : page.resolveSibling(link.group(1));
                assertThat(target).as("%s in %s", link.group(), page).exists();
                if (link.group(2) != null) {
                    assertThat(anchors(target))
                            .as("%s in %s", link.group(), page)
                            .contains(link.group(2));
                }
            }
        }
    }

    @Test
    @DisplayName("the index of the documentation links to every page, except single decisions")
    void indexListsEveryPage() throws IOException {
        Path docs = SourceTree.path("docs");
        List<Path> linked = LINK.matcher(SourceTree.read(docs.resolve("README.md")))
                .results()
                .map(link -> docs.resolve(link.group(1)).normalize())
                .toList();
        try (Stream<Path> files = Files.walk(docs)) {
            assertThat(files.filter(file -> file.toString().endsWith(".md"))
                            .map(Path::normalize)
                            .filter(file ->
                                    !file.equals(docs.resolve("README.md").normalize()))
                            .filter(file -> !isListedElsewhere(file)))
                    .isSubsetOf(linked);
        }
    }

    @Test
    @DisplayName("each column of a table has a heading, which screen readers need")
    void columnsHaveHeadings() throws IOException {
        for (Path page : pages()) {
            assertThat(TABLE_HEAD
                            .matcher(SourceTree.read(page))
                            .results()
                            .map(head -> head.group(1))
                            .filter(head -> head.matches(".*\\|\\s*\\|.*")))
                    .as("%s", page)
                    .isEmpty();
        }
    }

    /** Returns whether the page is in a directory with its own index. */
    private static boolean isListedElsewhere(Path file) {
        String folder = String.valueOf(file.getParent());
        return (folder.endsWith("decisions") || folder.endsWith("results")) && !file.endsWith("README.md");
    }

    private static List<Path> pages() throws IOException {
        try (Stream<Path> top = Files.list(SourceTree.path("."));
                Stream<Path> docs = Files.walk(SourceTree.path("docs"))) {
            return Stream.concat(top, docs)
                    .filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .toList();
        }
    }

    /** Returns the anchors that GitHub generates from the headings. */
    private static List<String> anchors(Path page) {
        return HEADING.matcher(SourceTree.read(page))
                .results()
                .map(heading -> heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'))
                .toList();
    }
}
