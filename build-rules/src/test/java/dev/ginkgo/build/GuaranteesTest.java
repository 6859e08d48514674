package dev.ginkgo.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Checks that each sentence of {@code docs/guarantees.md} names existing tests. */
class GuaranteesTest {
    private static final Pattern SENTENCE = Pattern.compile("(?m)^- .*(?:\n {2}.*)*");
    private static final Pattern PROOF = Pattern.compile("\\(((?:`\\w+`,?\\s*)+)\\)$");
    private static final Pattern NAME = Pattern.compile("`(\\w+)`");

    /** Statements that something is not guaranteed; they need no tests. */
    private static final List<String> DENIALS = List.of("- Between channels there is no order.");

    private final List<String> sentences = SENTENCE.matcher(SourceTree.read(SourceTree.path("docs", "guarantees.md")))
            .results()
            .map(MatchResult::group)
            .toList();

    @Test
    @DisplayName("every sentence of the guarantees ends with the tests that prove it")
    void everySentenceHasAProof() {
        assertThat(sentences).hasSizeGreaterThan(15);
        assertThat(sentences)
                .filteredOn(sentence -> !DENIALS.contains(sentence))
                .allSatisfy(
                        sentence -> assertThat(PROOF.matcher(sentence).find()).isTrue());
    }

    @Test
    @DisplayName("every test that the guarantees name exists")
    void everyProofExists() {
        Set<String> tests = SourceTree.modules().stream()
                .flatMap(module -> SourceTree.javaFiles(module, "src/test/").stream())
                .map(file -> file.getFileName().toString().replace(".java", ""))
                .collect(Collectors.toSet());
        for (String sentence : sentences) {
            Matcher proof = PROOF.matcher(sentence);
            if (proof.find()) {
                assertThat(tests)
                        .as(sentence)
                        .containsAll(NAME.matcher(proof.group(1))
                                .results()
                                .map(name -> name.group(1))
                                .toList());
            }
        }
    }
}
