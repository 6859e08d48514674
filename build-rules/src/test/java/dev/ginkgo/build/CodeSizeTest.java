package dev.ginkgo.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The core stays small enough to be read. */
class CodeSizeTest {
    private static final Pattern NO_CODE = Pattern.compile("[\\s})\\];,]*|\\s*(//|/\\*|\\*).*|(package|import) .*");

    @Test
    @DisplayName(
            "the core's main code is under 5,000 lines, not counting comments, imports, blank lines and closing brackets")
    void coreIsSmall() {
        long lines = SourceTree.javaFiles(SourceTree.path("ginkgo-core"), "src/main/").stream()
                .flatMap(file -> SourceTree.read(file).lines())
                .filter(line -> !NO_CODE.matcher(line).matches())
                .count();
        assertThat(lines).isBetween(1_000L, 5_000L);
    }

    @Test
    @DisplayName("no file of main code is over 400 lines")
    void filesAreSmall() {
        for (Path module : SourceTree.modules()) {
            List<Path> files = SourceTree.javaFiles(module, "src/main/");
            for (Path file : files) {
                assertThat(SourceTree.read(file).lines().count())
                        .as(file.toString())
                        .isLessThanOrEqualTo(400);
            }
        }
    }
}
