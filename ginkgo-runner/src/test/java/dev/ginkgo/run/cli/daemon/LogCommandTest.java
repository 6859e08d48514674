package dev.ginkgo.run.cli.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.run.cli.FakeDaemon;
import dev.ginkgo.run.cli.InProcessCommand;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ginkgo log} with a selection. */
class LogCommandTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    @DisplayName(
            "R-56 log prints the current file, with -n the last lines of all files, with --since those since a time")
    void printsSelection() throws Exception {
        // Given
        Path log = folder.resolve("x.log");
        Files.writeString(folder.resolve("x.log.1"), "2001-01-01 10:00:00.000 INFO  a - 1\n    at 1\n");
        Files.writeString(log, "2001-01-01 11:00:00.000 INFO  a - 2\n2001-01-01 12:00:00.000 INFO  a - 3\n");
        InProcessCommand ginkgo = FakeDaemon.command(folder);
        try (FakeDaemon daemon = FakeDaemon.start(ginkgo, "x").withLog(log)) {
            // When / Then
            assertThat(ginkgo.run("log", "x")).isZero();
            assertThat(ginkgo.out()).isEqualTo(Files.readString(log));
            assertThat(ginkgo.run("log", "x", "-n", "1")).isZero();
            assertThat(ginkgo.out()).isEqualTo("2001-01-01 12:00:00.000 INFO  a - 3\n");
            assertThat(ginkgo.run("log", "x", "-n", "3")).isZero();
            assertThat(ginkgo.out()).isEqualTo("    at 1\n" + Files.readString(log));
            assertThat(ginkgo.run("log", "x", "--since", "2001-01-01 11:30")).isZero();
            assertThat(ginkgo.out()).isEqualTo("2001-01-01 12:00:00.000 INFO  a - 3\n");
            assertThat(ginkgo.run("log", "x", "--since", "2001-01-01", "-n", "2"))
                    .isZero();
            assertThat(ginkgo.out()).isEqualTo(Files.readString(log));
            assertThat(ginkgo.run("log", "x", "--since", "yesterday")).isEqualTo(64);
            assertThat(ginkgo.err()).contains("'yesterday' is neither an age");
            assertThat(ginkgo.run("log", "x", "-n", "-1")).isEqualTo(64);
            daemon.end(0);
        }
    }

    @Test
    @DisplayName("R-56 for log -f, the launcher receives the line at which tail(1) starts")
    void printsPlanForTail() throws Exception {
        Path log = folder.resolve("x.log");
        Files.writeString(log, "2001-01-01 11:00:00.000 INFO  a - 2\n2001-01-01 12:00:00.000 INFO  a - 3\n");
        InProcessCommand ginkgo = FakeDaemon.command(folder);
        try (FakeDaemon daemon = FakeDaemon.start(ginkgo, "x").withLog(log)) {
            assertThat(ginkgo.run("log", "--follow-plan", "-f", "x")).isZero();
            assertThat(ginkgo.out()).isEqualTo("10 " + log + "\n");
            assertThat(ginkgo.run("log", "--follow-plan", "-f", "x", "-n", "50"))
                    .isZero();
            assertThat(ginkgo.out()).isEqualTo("50 " + log + "\n");
            assertThat(ginkgo.run("log", "--follow-plan", "-f", "x", "--since", "2001-01-01 11:30"))
                    .isZero();
            assertThat(ginkgo.out()).isEqualTo("+2 " + log + "\n");
            assertThat(ginkgo.run("log", "--follow-plan", "-f", "x", "--since", "10m"))
                    .isZero();
            assertThat(ginkgo.out()).isEqualTo("+3 " + log + "\n");
            daemon.end(0);
        }
    }
}
