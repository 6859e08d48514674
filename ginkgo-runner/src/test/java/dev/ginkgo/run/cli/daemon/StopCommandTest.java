package dev.ginkgo.run.cli.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.run.cli.FakeDaemon;
import dev.ginkgo.run.cli.InProcessCommand;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ginkgo stop} with several names; the daemons are processes that record no exit. */
class StopCommandTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    @DisplayName("R-54 stop stops every daemon that it is given, although one of them does not run, and reports each")
    void stopsEach() throws Exception {
        // Given
        InProcessCommand ginkgo = FakeDaemon.command(folder);
        Process first = new ProcessBuilder("sleep", "1000").start();
        Process second = new ProcessBuilder("sleep", "1000").start();
        try {
            FakeDaemon.register(folder, "first", first);
            FakeDaemon.register(folder, "second", second);

            // When
            int code = ginkgo.run("stop", "--timeout", "1m", "first", "unknown", "second", "first");

            // Then
            assertThat(code).isEqualTo(3);
            assertThat(first.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(second.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(ginkgo.err())
                    .containsOnlyOnce("unknown is not running")
                    .containsOnlyOnce("first (pid " + first.pid() + ") has stopped after")
                    .containsOnlyOnce("second (pid " + second.pid() + ") has stopped after");
        } finally {
            first.destroyForcibly();
            second.destroyForcibly();
        }
    }

    @Test
    @DisplayName(
            "R-54 several daemons are signalled before the first is waited for; each that does not stop is reported")
    void signalsAll_beforeItWaits() throws Exception {
        // Given a process that ignores TERM
        InProcessCommand ginkgo = FakeDaemon.command(folder);
        Process stubborn =
                new ProcessBuilder("sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done").start();
        Process other = new ProcessBuilder("sleep", "1000").start();
        try {
            assertThat(stubborn.inputReader().readLine()).isEqualTo("ready");
            FakeDaemon.register(folder, "stubborn", stubborn);
            FakeDaemon.register(folder, "other", other);

            // When
            int code = ginkgo.run("stop", "stubborn", "other", "--timeout", "300ms");

            // Then
            assertThat(code).isEqualTo(75);
            assertThat(other.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(ginkgo.err()).contains("stubborn (pid " + stubborn.pid() + ") is still running");
        } finally {
            stubborn.destroyForcibly();
            other.destroyForcibly();
        }
    }

    @Test
    @DisplayName("R-54 --pid names one daemon; exit code 64 if further names are given")
    void rejectsNamesBesidePidFile() {
        InProcessCommand ginkgo = FakeDaemon.command(folder);
        assertThat(ginkgo.run("stop", "--pid", "x.pid", "a", "b")).isEqualTo(64);
        assertThat(ginkgo.err()).contains("--pid names one daemon");
    }
}
