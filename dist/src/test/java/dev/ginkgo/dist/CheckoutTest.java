package dev.ginkgo.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first command in a fresh checkout, with Maven. */
class CheckoutTest {
    private static final Path ROOT = Path.of(System.getProperty("ginkgo.root", ".."));
    private static final Set<String> NOT_SOURCES = Set.of("target", ".git", "node_modules", "docs", "bench");

    @TempDir
    private Path folder = Path.of("");

    @Test
    @DisplayName("C-31 the first command in a checkout builds the distribution, and its engines, and then runs")
    void firstCommandBuilds() throws Exception {
        // Given
        copySources();

        // When
        String output = run("version");

        // Then
        assertThat(output)
                .contains("building ginkgo", "] Ginkgo Core (", "] Ginkgo Distribution (", "archive of classes (")
                .containsPattern("\nginkgo \\S+, Java ");
        Path distribution = folder.resolve("dist/target/launcher/ginkgo");
        assertThat(distribution.resolve("ginkgo.jsa")).isNotEmptyFile();
        assertThat(distribution.resolve("engines/mesh")).isDirectoryContaining("glob:**/ginkgo-mesh-*.jar");
        assertThat(distribution.resolve("engines/zeromq")).isDirectoryContaining("glob:**/ginkgo-zeromq-*.jar");
        // And there is nothing that ./verify would take for a class that it has checked
        assertThat(folder.resolve("ginkgo-core/target")).isDirectoryNotContaining("glob:**/classes");
        assertThat(folder.resolve("ginkgo-core/target/launcher")).isDirectoryNotContaining("glob:**/test-classes");

        // When the next command runs, then nothing is built
        assertThat(run("check", "examples/cluster.toml"))
                .doesNotContain("building")
                .contains("ok: NumberGateway");
    }

    private void copySources() throws IOException {
        Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path source, BasicFileAttributes attributes) throws IOException {
                if (NOT_SOURCES.contains(String.valueOf(source.getFileName()))) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                Files.createDirectories(folder.resolve(ROOT.relativize(source)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path source, BasicFileAttributes attributes) throws IOException {
                Files.copy(source, folder.resolve(ROOT.relativize(source)), StandardCopyOption.COPY_ATTRIBUTES);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private String run(String... arguments) throws IOException, InterruptedException {
        Path output = folder.resolve("output.txt");
        ProcessBuilder builder = new ProcessBuilder(folder.resolve("ginkgo").toString());
        builder.command().addAll(List.of(arguments));
        builder.directory(folder.toFile()).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().put("GINKGO_JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("MAVEN_OPTS", "-Dmaven.repo.local=" + System.getProperty("ginkgo.maven.repository"));
        builder.environment().remove("JDK_JAVA_OPTIONS");
        Process process = builder.start();
        try {
            assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        String text = Files.readString(output);
        assertThat(process.exitValue()).as(text).isZero();
        return text;
    }
}
