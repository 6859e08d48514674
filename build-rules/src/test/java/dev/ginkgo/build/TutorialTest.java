package dev.ginkgo.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Checks that the tutorial quotes the examples unchanged. */
class TutorialTest {
    private static final Pattern EXCERPT = Pattern.compile("(?s)```java examples/([\\w/]+\\.java)\n(.*?)```");

    @Test
    @DisplayName("every excerpt in the tutorial is in the file that it names, line by line")
    void excerptsMatchTheirFiles() {
        String tutorial = SourceTree.read(SourceTree.path("docs", "tutorial.md"));
        List<MatchResult> excerpts = EXCERPT.matcher(tutorial).results().toList();
        assertThat(excerpts).hasSizeGreaterThan(5);
        for (MatchResult excerpt : excerpts) {
            assertThat(SourceTree.read(SourceTree.path("examples", excerpt.group(1))))
                    .contains(excerpt.group(2));
        }
        assertThat(Pattern.compile("```java").matcher(tutorial).results().count())
                .as("Java snippets that name a file")
                .isEqualTo(excerpts.size());
    }
}
