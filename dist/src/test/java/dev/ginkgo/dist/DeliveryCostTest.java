package dev.ginkgo.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The laboratory, as a user runs it, with the hub of the distribution. */
class DeliveryCostTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    @Tag("long")
    @DisplayName(
            "H-340 a delivery costs at most 1.25 times what has been recorded, relative to a C loop in the same run")
    void deliveryCostsNoMoreThanRecorded() throws Exception {
        // Given the distribution, unpacked
        Process tar = new ProcessBuilder(
                        "tar",
                        "xzf",
                        System.getProperty("ginkgo.archive"),
                        "-C",
                        folder.toString(),
                        "--strip-components=1")
                .inheritIO()
                .start();
        assertThat(tar.waitFor()).isZero();

        // When the laboratory compares it with the C program, which it compiles
        Path output = folder.resolve("output.txt");
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dginkgo=" + folder.resolve("bin/ginkgo"),
                "bench/lab/Lab.java",
                "check");
        builder.directory(Path.of("..").toRealPath().toFile());
        builder.environment().put("GINKGO_JAVA_HOME", System.getProperty("java.home"));
        builder.environment().remove("JDK_JAVA_OPTIONS");
        Process laboratory = builder.redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(laboratory.waitFor(10, TimeUnit.MINUTES)).isTrue();
        } finally {
            laboratory.descendants().forEach(ProcessHandle::destroy);
            laboratory.destroyForcibly();
        }

        // Then each ratio is within its bound
        assertThat(laboratory.exitValue()).as(Files.readString(output)).isZero();
    }
}
