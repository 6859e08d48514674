package dev.ginkgo.build;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.Service;
import dev.ginkgo.testing.FakeClock;
import dev.ginkgo.testing.TestTree;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks that the examples in the README work as described. */
class ReadmeTest {
    private static final String README = SourceTree.read(SourceTree.path("README.md"));

    @Test
    @DisplayName("the single-file service compiles, and prints at the rate that the README configures")
    void helloServicePrintsAtTheConfiguredRate(@TempDir Path folder) throws Exception {
        // Given the README's first Java snippet, compiled unchanged
        Path file = folder.resolve("Hello.java");
        Files.writeString(file, snippets("java").getFirst());
        int result = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-Xlint:all", "-d", folder.toString(), file.toString());
        assertThat(result).isZero();
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream out = System.out;
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
            var constructor = loader.loadClass("Hello").getDeclaredConstructor();
            constructor.setAccessible(true);
            Service hello = (Service) constructor.newInstance();
            System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
            // When it runs for a minute at a rate of two per minute, as in the README's second snippet
            FakeClock clock = new FakeClock();
            try (TestTree<Service> tree = TestTree.start(hello, clock, "rate-per-minute = 2")) {
                clock.advance(Duration.ofMinutes(1));
                assertThat(tree.ginkgo().status().ready()).isTrue();
            }
        } finally {
            System.setOut(out);
        }
        // Then it has printed one line at the start and two more
        assertThat(printed.toString(StandardCharsets.UTF_8).lines())
                .containsExactly("Hello World", "Hello World", "Hello World");
    }

    @Test
    @DisplayName("the cluster test is an excerpt of a test that runs")
    void clusterTestIsAnExcerpt() {
        String excerpt = snippets("java").stream()
                .filter(snippet -> snippet.contains("TestCluster"))
                .findFirst()
                .orElseThrow();
        assertThat(SourceTree.read(SourceTree.path("examples", "src", "test", "java", "AnnouncerTest.java")))
                .contains(excerpt.lines()
                        .map(line -> line.isEmpty() ? line : " ".repeat(8) + line)
                        .collect(Collectors.joining("\n")));
    }

    private static List<String> snippets(String language) {
        return Pattern.compile("(?s)```" + language + "\n(.*?)```")
                .matcher(README)
                .results()
                .map(found -> found.group(1))
                .toList();
    }
}
