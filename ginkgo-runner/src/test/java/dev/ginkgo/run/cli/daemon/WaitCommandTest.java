package dev.ginkgo.run.cli.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.run.cli.FakeDaemon;
import dev.ginkgo.run.cli.InProcessCommand;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ginkgo wait}, with a daemon in this JVM. */
class WaitCommandTest {
    private static final String READY = "{\"state\":\"READY\",\"treeState\":\"READY\"}";
    private static final String STARTING =
            "{\"state\":\"READY\",\"treeState\":\"STARTING\",\"notReady\":[\"x/hub: STARTING\"]}";

    @TempDir
    private Path folder = Path.of("");

    @Test
    @DisplayName("R-55 wait returns when every service is ready, also for a daemon that is started only then")
    void waitsForDaemon_untilItIsReady() throws Exception {
        // Given
        InProcessCommand ginkgo = FakeDaemon.command(folder);
        CompletableFuture<Integer> code = ginkgo.runAsync("wait", "x");
        assertThat(code).isNotDone();

        // When
        try (FakeDaemon daemon =
                FakeDaemon.start(FakeDaemon.command(folder), "x").responds("status", STARTING)) {
            assertThat(code).isNotDone();
            daemon.responds("status", READY);

            // Then
            assertThat(code.get(30, TimeUnit.SECONDS)).as(ginkgo.err()).isZero();
        }
    }

    @Test
    @DisplayName(
            "R-55 wait reports at the time limit that no such daemon runs (3), or which services are not ready (75)")
    void reportsReason_atTimeLimit() throws Exception {
        InProcessCommand ginkgo = FakeDaemon.command(folder);
        assertThat(ginkgo.run("wait", "x", "--timeout", "10ms")).isEqualTo(3);
        assertThat(ginkgo.err()).contains("x is not running").contains("(waited for 10 ms)");

        try (FakeDaemon daemon = FakeDaemon.start(ginkgo, "x")) {
            daemon.responds("status", STARTING);
            assertThat(ginkgo.run("wait", "x", "--timeout", "10ms")).isEqualTo(75);
            assertThat(ginkgo.err()).contains("is not ready").contains("    x/hub: STARTING");
        }
    }

    @Test
    @DisplayName("R-55 wait ends with 3 if the daemon ends before it is ready")
    void ends_ifDaemonEnds() throws Exception {
        InProcessCommand ginkgo = FakeDaemon.command(folder);
        try (FakeDaemon daemon = FakeDaemon.start(ginkgo, "x").responds("status", STARTING)) {
            // When
            CompletableFuture<Integer> code = ginkgo.runAsync("wait", "x", "--timeout", "1h");
            daemon.awaitRequest();
            daemon.end(70);

            // Then
            assertThat(code.get(30, TimeUnit.SECONDS)).isEqualTo(3);
            assertThat(ginkgo.err()).contains("exit code 70");
        }
    }

    @Test
    @DisplayName("R-55 wait --stopped returns when the daemon has stopped, and prints how it ended")
    void waitsUntilStopped() throws Exception {
        InProcessCommand ginkgo = FakeDaemon.command(folder);
        assertThat(ginkgo.run("wait", "--stopped", "x")).isEqualTo(3);
        try (FakeDaemon daemon = FakeDaemon.start(ginkgo, "x").responds("status", READY)) {
            assertThat(ginkgo.run("wait", "x", "--stopped", "--timeout", "10ms"))
                    .isEqualTo(75);
            assertThat(ginkgo.err()).contains("is still running");
            CompletableFuture<Integer> code = ginkgo.runAsync("wait", "--stopped", "x");
            daemon.end(143);
            assertThat(code.get(30, TimeUnit.SECONDS)).isZero();
            assertThat(ginkgo.out()).contains("x is not running; it exited at").contains("exit code 143");
        }
    }
}
