package dev.ginkgo.dist;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A new project that Maven builds with Ginkgo's artifacts, as after their installation. */
@Tag("long")
class NewProjectTest {
    private static final String VERSION = "0.1.0-SNAPSHOT";
    private static final long TIMEOUT_SECONDS = 300;

    @Test
    @DisplayName("C-35 Maven builds and tests a new project of the distribution")
    void mavenBuildsNewProject(@TempDir Path folder, @TempDir Path repository) throws Exception {
        // Given a repository with the artifacts that the project needs, and a new project
        install(repository, "ginkgo", Path.of("..", "pom.xml"));
        for (String artifact : List.of("ginkgo-core", "ginkgo-testing")) {
            install(repository, artifact, Path.of("..", artifact, "pom.xml"));
            Path jar = Path.of("..", artifact, "target", artifact + "-" + VERSION + ".jar");
            Files.copy(jar, artifactFile(repository, artifact, ".jar"));
        }
        CleanMachine machine = CleanMachine.withArchive(folder);
        machine.run("ginkgo new number-gateway").succeeds();
        machine.run("ginkgo check number-gateway/number-gateway.toml").succeeds();

        // When
        Path output = folder.resolve("maven.txt");
        ProcessBuilder maven = new ProcessBuilder(
                        "mvn",
                        "-B",
                        "-o",
                        "-ntp",
                        "-Dmaven.repo.local=" + repository,
                        "-Dmaven.repo.local.tail=" + System.getProperty("ginkgo.maven.repository"),
                        "verify")
                .directory(folder.resolve("number-gateway").toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        maven.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = maven.start();
        try {
            assertThat(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }

        // Then
        assertThat(process.exitValue()).as(Files.readString(output)).isZero();
        assertThat(output).content().contains("Tests run: 1, Failures: 0");
        assertThat(folder.resolve("number-gateway/target/number-gateway-0.1.0-SNAPSHOT.jar"))
                .exists();
    }

    private static void install(Path repository, String artifact, Path pom) throws IOException {
        Path file = artifactFile(repository, artifact, ".pom");
        Files.createDirectories(requireNonNull(file.getParent()));
        Files.copy(pom, file);
    }

    private static Path artifactFile(Path repository, String artifact, String suffix) {
        return repository.resolve("dev/ginkgo/" + artifact + "/" + VERSION + "/" + artifact + "-" + VERSION + suffix);
    }
}
