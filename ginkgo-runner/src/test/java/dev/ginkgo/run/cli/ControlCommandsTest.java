package dev.ginkgo.run.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ginkgo.run.daemon.ProcessIdentity;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests to the control socket of a daemon, and their access control. */
class ControlCommandsTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final String AS_NOBODY = "setpriv --reuid=65534 --regid=65534 --clear-groups ";

    @TempDir
    private Path folder = Path.of("");

    private TestShell shell = new TestShell(folder);
    private Path socket = folder;

    @BeforeEach
    void createShell() throws IOException {
        shell = new TestShell(folder);
        shell.write("Idle.java", "class Idle extends dev.ginkgo.Service {}");
        socket = folder.resolve("run/ginkgo/Idle.sock");
    }

    @AfterEach
    void closeShell() throws IOException {
        shell.close();
    }

    @Test
    @DisplayName("R-17 the socket has mode 0600 in a private folder of the user and uses one JSON object per line; read"
            + " requests are separate from actions")
    void servesJsonLines() throws Exception {
        shell.execute("ginkgo start Idle.java").hasExitCode(0);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("run/ginkgo"))))
                .isEqualTo("rwx------");
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            Writer out = Channels.newWriter(channel, UTF_8);
            BufferedReader in = new BufferedReader(Channels.newReader(channel, UTF_8));
            assertThat(ask(out, in, "{\"read\":\"tree\"}"))
                    .startsWith("{\"path\":\"idle\",")
                    .contains("READY");
            assertThat(ask(out, in, "{\"read\":\"reload\"}")).startsWith("{\"error\":");
            assertThat(ask(out, in, "{\"do\":\"status\"}")).startsWith("{\"error\":");
            assertThat(ask(out, in, "{\"do\":\"reload\"}")).contains("\"outcome\":\"APPLIED\"");
            assertThat(ask(out, in, "nonsense")).startsWith("{\"error\":");
            assertThat(ask(out, in, "{\"read\":\"status\"}")).contains("\"ready\":true");
        }
    }

    @Test
    @DisplayName("R-17 other users are rejected, whatever the mode of the socket; R-10 their status is \"running, not"
            + " permitted\"")
    void rejectsOtherUsers() throws Exception {
        assumeTrue(
                shell.execute(AS_NOBODY + "test -r " + TestDistribution.script())
                                .code()
                        == 0,
                "this test must run as root, and others must be able to read the distribution");
        shell.execute("ginkgo start Idle.java --pid idle.pid").hasExitCode(0);
        shell.execute("chmod 755 . run run/ginkgo && chmod 666 run/ginkgo/Idle-*.sock")
                .hasExitCode(0);
        shell.execute("echo '{\"read\":\"status\"}' | " + AS_NOBODY + "timeout 9 nc -U -N run/ginkgo/Idle-*.sock")
                .printsOut("not permitted for user");
        shell.execute(AS_NOBODY + "ginkgo status --pid idle.pid")
                .hasExitCode(4)
                .printsOut("is running, but access is not permitted", "root");
        shell.execute(AS_NOBODY + "ginkgo stop --pid idle.pid").hasExitCode(77).printsErr("not permitted");
        shell.execute("ginkgo status --pid idle.pid").hasExitCode(0);
    }

    @Test
    @DisplayName("R-17 a path that is too long for a socket is reported, and a removed socket is recreated")
    void recreatesRemovedSocket() throws Exception {
        shell.execute("ginkgo start Idle.java").hasExitCode(0);
        Files.delete(socket);
        Files.delete(socket.getParent());
        await().atMost(TIMEOUT).until(() -> shell.execute("ginkgo status Idle").code() == 0);

        String name = "x".repeat(60);
        shell.withVariable("XDG_RUNTIME_DIR", folder.resolve("y".repeat(60)).toString());
        shell.execute("ginkgo start Idle.java --name " + name)
                .hasExitCode(73)
                .printsErr("more than the limit of 107", "--name");
        shell.execute("ginkgo status " + name).hasExitCode(3);
    }

    @Test
    @DisplayName("R-08 a daemon that does not answer is reported as running, with exit code 4")
    void reportsUnresponsiveDaemon() throws Exception {
        long pid = shell.execute("ginkgo start Idle.java").hasExitCode(0).pid();
        shell.execute("kill -STOP " + pid).hasExitCode(0);
        shell.execute("ginkgo status Idle").hasExitCode(4).printsOut("is running, but does not respond");
        shell.execute("kill -CONT " + pid).hasExitCode(0);
        shell.execute("ginkgo status Idle").hasExitCode(0);
    }

    @Test
    @DisplayName("R-08 a daemon that has too many open files answers its user, also after it has closed them")
    void answersWithTooManyOpenFiles() throws Exception {
        shell.write("FileHog.java", """
                import java.io.*;
                import java.util.*;
                class FileHog extends dev.ginkgo.Service {
                    @Override protected void onStart() {
                        spawn("open-files", () -> {
                            List<FileInputStream> opened = new ArrayList<>();
                            try {
                                while (true) opened.add(new FileInputStream("/dev/null"));
                            } catch (IOException e) {
                                IO.println("full");
                            }
                            while (!new File("free").exists()) sleep(java.time.Duration.ofMillis(10));
                            for (FileInputStream each : opened) each.close();
                            IO.println("free");
                            sleep(java.time.Duration.ofHours(1));
                        });
                    }
                }
                """);
        shell.execute("ulimit -n 256 && ginkgo start FileHog.java").hasExitCode(0);
        await().atMost(TIMEOUT)
                .until(() -> shell.execute("ginkgo log FileHog").out().contains("full"));
        shell.execute("ginkgo status FileHog").hasExitCode(0).printsOut("READY");
        shell.execute("ginkgo tree FileHog").hasExitCode(0).printsOut("file-hog");
        shell.execute("touch free").hasExitCode(0);
        await().atMost(TIMEOUT)
                .until(() -> shell.execute("ginkgo log FileHog").out().contains("free"));
        shell.execute("ginkgo status FileHog").hasExitCode(0);
    }

    @Test
    @DisplayName(
            "R-22 tree shows restarts, backoff and the last error; R-08 status names the services that are not ready"
                    + ", and R-25 exits with 4 while one of them is FAILED")
    void showsRestarts() throws Exception {
        shell.write("Parent.java", """
                import dev.ginkgo.*;
                import java.time.Duration;
                final class Parent extends Service {
                    final Flaky flaky = add("flaky", new Flaky(), Supervision.restart()
                            .backoff(Duration.ofMillis(10), Duration.ofMillis(10)).atMost(1000, Duration.ofHours(1)));
                    final Broken broken = add("broken", new Broken(), Supervision.restart()
                            .backoff(Duration.ofHours(1), Duration.ofHours(1)).atMost(1000, Duration.ofHours(1)));
                }
                final class Flaky extends Service {
                    private int starts;
                    @Override protected void onStart() {
                        if (starts++ == 0) {
                            spawn("fail", () -> { sleep(Duration.ofMillis(500)); throw new IllegalStateException("flaky once"); });
                        }
                    }
                }
                final class Broken extends Service {
                    @Override protected void onStart() {
                        spawn("fail", () -> { sleep(Duration.ofMillis(500)); throw new IllegalStateException("broken for long"); });
                    }
                }
                """);
        shell.execute("ginkgo start Parent.java").hasExitCode(0);
        await().atMost(TIMEOUT).until(() -> {
            String tree = shell.execute("ginkgo tree Parent").out();
            return tree.contains("1 restart") && tree.contains("next restart in");
        });
        shell.execute("LC_ALL=C ginkgo tree Parent").hasExitCode(0).printsOut("|-- flaky  READY", "`-- broken  FAILED");
        shell.execute("LC_ALL=C.UTF-8 ginkgo tree Parent")
                .hasExitCode(0)
                .printsOut("├── flaky  READY", "1 restart\n", "last error: IllegalStateException: flaky once")
                .printsOut(
                        "└── broken  FAILED", "next restart in ", "last error: IllegalStateException: broken for long");
        shell.execute("ginkgo status Parent")
                .hasExitCode(4)
                .printsOut(
                        "Parent is not ready; its root is READY",
                        "parent/broken: FAILED",
                        "restarts: 1, by supervision");
        shell.execute("ginkgo status Parent --json")
                .hasExitCode(4)
                .printsOut("\"state\":\"READY\"", "\"ready\":false", "\"treeState\":\"FAILED\"");
        shell.execute("ginkgo tree Parent --json").hasExitCode(0).printsOut("\"restartInMillis\":");
    }

    @Test
    @DisplayName("R-05 an idle hub ends well within a second after TERM")
    void idleHubStopsFast() throws Exception {
        long pid = shell.execute("ginkgo start dev.ginkgo.hub.MessageHub --set http.bind=127.0.0.1:0")
                .hasExitCode(0)
                .pid();
        ProcessIdentity hub = ProcessIdentity.of(pid).orElseThrow();
        assertThat(hub.end(false)).isTrue();
        await().atMost(Duration.ofSeconds(3)).pollInterval(Duration.ofMillis(5)).until(() -> !hub.isAlive());
        shell.execute("ginkgo status MessageHub").hasExitCode(3).printsOut("exit code 143");
    }

    private static String ask(Writer out, BufferedReader in, String line) throws IOException {
        out.write(line + "\n");
        out.flush();
        return String.valueOf(in.readLine());
    }
}
