package dev.ginkgo.run.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.run.cli.TestShell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reports about daemons that ended unexpectedly. */
class ExitWatcherTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    @TempDir
    private Path folder = Path.of("");

    private TestShell shell = new TestShell(folder);

    @BeforeEach
    void createShell() {
        shell = new TestShell(folder);
    }

    @AfterEach
    void closeShell() throws IOException {
        shell.close();
    }

    @Test
    @DisplayName(
            "R-08 status reports a System.exit call in user code and its source line; R-14 files that a daemon creates"
                    + " are not accessible to others")
    void reportsSystemExit() throws Exception {
        shell.write("Quits.java", """
                import java.nio.file.*;
                class Quits extends dev.ginkgo.Service {
                    @Override protected void onStart() throws Exception { Files.writeString(Path.of("made"), ""); }
                    @Override protected void onReload() { System.exit(9); }
                }
                """);
        shell.write("quits.toml", "service = \"Quits.java\"\n");
        long pid = shell.execute("umask 000; ginkgo start quits.toml")
                .hasExitCode(0)
                .pid();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("made"))))
                .isEqualTo("rw-r-----");
        shell.write("quits.toml", "service = \"Quits.java\"\n[log]\nlevel = \"warn\"\n");
        shell.execute("kill -HUP " + pid).hasExitCode(0);
        await().atMost(TIMEOUT).until(() -> shell.execute("ginkgo status quits").code() != 0);
        shell.execute("ginkgo status quits")
                .hasExitCode(3)
                .printsOut(
                        "it exited at ",
                        "with exit code 9",
                        "System.exit was called at ",
                        "Quits.onReload(Quits.java:4)");
    }

    @Test
    @DisplayName("R-03 status reports a start that was cancelled by TERM, also before signal handling was installed")
    void reportsCancelledStart() throws Exception {
        shell.write("Slow.java", """
                class Slow extends dev.ginkgo.Service {
                    @Override protected void onStart() throws Exception { Early.block(); }
                }
                class Early extends dev.ginkgo.Service {
                    Early() throws Exception { block(); }
                    static void block() throws Exception {
                        IO.println("begin");
                        new java.util.concurrent.CountDownLatch(1).await();
                    }
                }
                """);
        terminateDuringStart("Slow", folder.resolve("state/ginkgo/Slow.log"));
        shell.execute("ginkgo status Slow")
                .hasExitCode(3)
                .printsOut("exit code 143", "the start of slow was cancelled");
        terminateDuringStart("Early", folder.resolve("Early.out"));
        shell.execute("ginkgo status Early")
                .hasExitCode(3)
                .printsOut("exit code 143", "before the signal handlers were installed");
    }

    private void terminateDuringStart(String name, Path output) throws Exception {
        Process start = shell.start(
                "exec ginkgo start Slow.java --service " + name + " --name " + name,
                folder.resolve(name + ".err"),
                folder.resolve(name + ".out"));
        await().atMost(TIMEOUT)
                .until(() -> Files.exists(output) && Files.readString(output).contains("begin"));
        String file = Files.readString(folder.resolve("state/ginkgo/" + name + ".pid"));
        shell.execute("kill -TERM " + file.lines().findFirst().orElseThrow()).hasExitCode(0);
        assertThat(start.waitFor()).isNotZero();
    }
}
