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

/** What can be asked of a daemon, and by whom. */
class ControlCommandsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String AS_NOBODY = "setpriv --reuid=65534 --regid=65534 --clear-groups ";

    @TempDir
    private Path folder = Path.of("");

    private TestShell shell = new TestShell(folder);
    private Path socket = folder;

    @BeforeEach
    void user() throws IOException {
        shell = new TestShell(folder);
        shell.write("Idle.java", "class Idle extends dev.ginkgo.Service {}");
        socket = folder.resolve("run/ginkgo/Idle.sock");
    }

    @AfterEach
    void logout() throws IOException {
        shell.close();
    }

    @Test
    @DisplayName("R-17 the socket has mode 0600 in a folder of the user's, and speaks one JSON object a line; what only"
            + " looks is apart from what acts")
    void protocol() throws Exception {
        shell.type("ginkgo start Idle.java").exits(0);
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
    @DisplayName("R-17 another user is refused, whatever the mode of the socket; R-10 his status says \"running, not"
            + " permitted\"")
    void others() throws Exception {
        assumeTrue(shell.type(AS_NOBODY + "test -r " + TestDistribution.script()).code() == 0, "not root");
        shell.type("ginkgo start Idle.java --pid idle.pid").exits(0);
        shell.type("chmod 755 . run run/ginkgo && chmod 666 run/ginkgo/Idle-*.sock")
                .exits(0);
        shell.type("echo '{\"read\":\"status\"}' | " + AS_NOBODY + "timeout 9 nc -U -N run/ginkgo/Idle-*.sock")
                .says("may not ask here");
        shell.type(AS_NOBODY + "ginkgo status --pid idle.pid").exits(4).says("is running, not permitted", "root");
        shell.type(AS_NOBODY + "ginkgo stop --pid idle.pid").exits(77).tells("not permitted");
        shell.type("ginkgo status --pid idle.pid").exits(0);
    }

    @Test
    @DisplayName("R-17 a path too long for a socket is told, and a socket that was removed comes back")
    void paths() throws Exception {
        shell.type("ginkgo start Idle.java").exits(0);
        Files.delete(socket);
        Files.delete(socket.getParent());
        await().atMost(PATIENCE).until(() -> shell.type("ginkgo status Idle").code() == 0);

        String name = "x".repeat(60);
        shell.with("XDG_RUNTIME_DIR", folder.resolve("y".repeat(60)).toString());
        shell.type("ginkgo start Idle.java --name " + name).exits(73).tells("a socket's may have 107", "--name");
        shell.type("ginkgo status " + name).exits(3);
    }

    @Test
    @DisplayName("R-08 a daemon that does not answer is running, and its state unknown (4)")
    void hung() throws Exception {
        long pid = shell.type("ginkgo start Idle.java").exits(0).pid();
        shell.type("kill -STOP " + pid).exits(0);
        shell.type("ginkgo status Idle").exits(4).says("is running, but does not answer");
        shell.type("kill -CONT " + pid).exits(0);
        shell.type("ginkgo status Idle").exits(0);
    }

    @Test
    @DisplayName("R-08 a daemon that has too many open files answers its user all the same, and when it has not, too")
    void tooManyFiles() throws Exception {
        shell.write("Greedy.java", """
                import java.io.*;
                import java.util.*;
                class Greedy extends dev.ginkgo.Service {
                    @Override protected void onStart() {
                        spawn("eat", () -> {
                            List<FileInputStream> eaten = new ArrayList<>();
                            try {
                                while (true) eaten.add(new FileInputStream("/dev/null"));
                            } catch (IOException e) {
                                IO.println("full");
                            }
                            while (!new File("free").exists()) sleep(java.time.Duration.ofMillis(10));
                            for (FileInputStream each : eaten) each.close();
                            IO.println("free");
                            sleep(java.time.Duration.ofHours(1));
                        });
                    }
                }
                """);
        shell.type("ulimit -n 256 && ginkgo start Greedy.java").exits(0);
        await().atMost(PATIENCE)
                .until(() -> shell.type("ginkgo log Greedy").out().contains("full"));
        shell.type("ginkgo status Greedy").exits(0).says("READY");
        shell.type("ginkgo tree Greedy").exits(0).says("greedy");
        shell.type("touch free").exits(0);
        await().atMost(PATIENCE)
                .until(() -> shell.type("ginkgo log Greedy").out().contains("free"));
        shell.type("ginkgo status Greedy").exits(0);
    }

    @Test
    @DisplayName("R-22 tree tells restarts, back-off and the last error; R-08 status tells what is not ready")
    void supervision() throws Exception {
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
        shell.type("ginkgo start Parent.java").exits(0);
        await().atMost(PATIENCE).until(() -> {
            String tree = shell.type("ginkgo tree Parent").out();
            return tree.contains("1 restart") && tree.contains("next restart in");
        });
        shell.type("LC_ALL=C ginkgo tree Parent").exits(0).says("|-- flaky  READY", "`-- broken  FAILED");
        shell.type("LC_ALL=C.UTF-8 ginkgo tree Parent")
                .exits(0)
                .says("├── flaky  READY", "1 restart\n", "last error: IllegalStateException: flaky once")
                .says("└── broken  FAILED", "next restart in ", "last error: IllegalStateException: broken for long");
        shell.type("ginkgo status Parent").exits(0).says("parent/broken: FAILED", "restarts: 1, by supervision");
        shell.type("ginkgo tree Parent --json").exits(0).says("\"restartInMillis\":");
    }

    @Test
    @DisplayName("R-05 an idle hub is gone well within a second of its TERM")
    void idleHub() throws Exception {
        long pid = shell.type("ginkgo start dev.ginkgo.hub.MessageHub --set http.bind=127.0.0.1:0")
                .exits(0)
                .pid();
        ProcessIdentity hub = ProcessIdentity.of(pid).orElseThrow();
        assertThat(hub.end(false)).isTrue();
        await().atMost(Duration.ofSeconds(3)).pollInterval(Duration.ofMillis(5)).until(() -> !hub.isAlive());
        shell.type("ginkgo status MessageHub").exits(3).says("exit code 143");
    }

    private static String ask(Writer out, BufferedReader in, String line) throws IOException {
        out.write(line + "\n");
        out.flush();
        return String.valueOf(in.readLine());
    }
}
