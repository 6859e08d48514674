package dev.ginkgo.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Limits the size of the code, so that it stays readable. */
class CodeSizeTest {
    private static final Pattern NO_CODE = Pattern.compile("[\\s})\\];,]*|\\s*(//|/\\*|\\*).*|(package|import) .*");

    /**
     * The limit was 5,000 until the core had what services need and only the engine can provide, such as handles and
     * types of tasks; see decision 0056.
     */
    @Test
    @DisplayName("the main code of the core has at most 5,800 lines without comments, imports, blank lines and closing"
            + " brackets")
    void coreIsSmall() {
        long lines = SourceTree.javaFiles(SourceTree.path("ginkgo-core"), "src/main/").stream()
                .flatMap(file -> SourceTree.read(file).lines())
                .filter(line -> !NO_CODE.matcher(line).matches())
                .count();
        assertThat(lines).isBetween(1_000L, 5_800L);
    }

    @Test
    @DisplayName("no main source file has more than 400 lines")
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
