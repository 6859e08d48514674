package dev.ginkgo.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first command in a fresh checkout, with Maven. */
class CheckoutTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    @DisplayName(
            "C-31, L-34 the first command in a checkout builds the distribution, and its engines, with the same bytes"
                    + " as the archive, and then runs")
    void firstCommandBuilds(@TempDir Path archive) throws Exception {
        // Given
        SourceCopy.into(folder);

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

        // And the jars are those of the archive, which was built in another folder and with the static checks
        Process tar = new ProcessBuilder(
                        "tar",
                        "xzf",
                        System.getProperty("ginkgo.archive"),
                        "-C",
                        archive.toString(),
                        "--strip-components=1")
                .inheritIO()
                .start();
        assertThat(tar.waitFor()).isZero();
        List<Path> jars;
        try (Stream<Path> files = Files.walk(archive)) {
            jars = files.filter(file -> file.getFileName().toString().matches("ginkgo-.*\\.jar"))
                    .toList();
        }
        assertThat(jars)
                .hasSizeGreaterThan(4)
                .allSatisfy(jar -> assertThat(distribution.resolve(archive.relativize(jar)))
                        .hasSameBinaryContentAs(jar));

        // When the next command runs, then nothing is built
        assertThat(run("check", "examples/cluster.toml"))
                .doesNotContain("building")
                .contains("ok: NumberGateway");
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
