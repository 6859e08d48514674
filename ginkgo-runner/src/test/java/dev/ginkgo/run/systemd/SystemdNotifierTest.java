package dev.ginkgo.run.systemd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ginkgo.run.cli.CommandProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Notifications to systemd, received by a helper process on a datagram socket. */
class SystemdNotifierTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @TempDir
    private Path folder = Path.of("");

    /** Prints each datagram as one line, its lines joined by a space. */
    private static final class Receiver implements AutoCloseable {
        private static final String PROGRAM = """
                import socket, sys
                s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                a = sys.argv[1]
                s.bind('\\0' + a[1:] if a.startswith('@') else a)
                print('bound', flush=True)
                while True:
                    print(s.recv(4096).decode().replace('\\n', ' '), flush=True)
                """;

        private final List<String> messages = new CopyOnWriteArrayList<>();
        private final Process process;
        private final String address;

        Receiver(String address) throws Exception {
            assumeTrue(
                    Stream.of("/usr/bin/python3", "/usr/local/bin/python3")
                            .anyMatch(each -> Files.exists(Path.of(each))),
                    "this test needs python3 to receive the datagrams");
            this.address = address;
            process = new ProcessBuilder("python3", "-c", PROGRAM, address)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            Thread.ofVirtual().start(this::read);
            await().atMost(TIMEOUT).until(() -> messages.contains("bound"));
        }

        private void read() {
            try (BufferedReader lines = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
                lines.lines().forEach(messages::add);
            } catch (IOException | java.io.UncheckedIOException e) {
                // the receiver was closed
            }
        }

        Receiver awaitMessage(String part) {
            await("a message with " + part).atMost(TIMEOUT).until(() -> index(part) >= 0);
            return this;
        }

        int index(String part) {
            for (int i = 0; i < messages.size(); i++) {
                if (messages.get(i).contains(part)) {
                    return i;
                }
            }
            return -1;
        }

        long count(String message) {
            return messages.stream().filter(message::equals).count();
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    @Test
    @DisplayName(
            "R-16 the notifier sends READY when the root is ready, RELOADING and READY for a valid or invalid reload,"
                    + " and STOPPING at shutdown")
    void sendsEachStateChange() throws Exception {
        write("Slow.java", """
                import dev.ginkgo.*;
                class Slow extends Service {
                    final Setting<Integer> rate = setting("rate", 60).between(1, 100);
                    @Override protected void onStart() throws Exception {
                        java.nio.file.Path gate = java.nio.file.Path.of("gate");
                        while (!java.nio.file.Files.exists(gate)) {
                            java.util.concurrent.locks.LockSupport.parkNanos(10_000_000);
                        }
                    }
                }
                """);
        Path toml = write("slow.toml", "service = \"Slow.java\"\n");
        try (Receiver systemd = new Receiver(folder.resolve("notify").toString());
                CommandProcess slow = launch(systemd, "", "slow.toml")) {
            // During the start it extends the timeout and is not ready
            systemd.awaitMessage("EXTEND_TIMEOUT_USEC=15000000 STATUS=slow is STARTING");
            assertThat(systemd.index("READY=1")).isNegative();
            write("gate", "");
            systemd.awaitMessage("READY=1 STATUS=slow is READY");
            // A valid reload, with the monotonic clock of the machine
            long before = System.nanoTime() / 1_000;
            Files.writeString(toml, "service = \"Slow.java\"\nrate = 90\n");
            slow.awaitOutput("Ctrl-C").signal("HUP");
            systemd.awaitMessage("READY=1 STATUS=reload: rate: 60 -> 90");
            String reloading = systemd.messages.get(systemd.index("RELOADING=1"));
            assertThat(Long.parseLong(reloading.replaceFirst(".*MONOTONIC_USEC=", "")))
                    .isBetween(before, System.nanoTime() / 1_000);
            // An invalid reload
            Files.writeString(toml, "service = \"Slow.java\"\nrate = 900\n");
            slow.signal("HUP");
            systemd.awaitMessage("READY=1 STATUS=reload: nothing was changed");
            assertThat(systemd.index("WATCHDOG")).isNegative();
            slow.signal("TERM");
            assertThat(slow.exitCode()).isEqualTo(143);
            systemd.awaitMessage("STOPPING=1 EXTEND_TIMEOUT_USEC=35000000");
        }
    }

    @ParameterizedTest(name = "at {0}")
    @ValueSource(strings = {"path", "@abstract"})
    @DisplayName("R-29 the watchdog is notified at half its interval while the root is ready, and while it is degraded")
    void notifiesWatchdog_whileReadyOrDegraded(String kind) throws Exception {
        write("Moody.java", """
                import dev.ginkgo.*;
                class Moody extends Service {
                    final Setting<Boolean> well = setting("well", true);
                    @Override protected void onReload() {
                        if (well.get()) ready(); else degraded("not well");
                    }
                }
                """);
        Path toml = write("moody.toml", "service = \"Moody.java\"\n");
        String address =
                kind.equals("path") ? folder.resolve("notify").toString() : "@ginkgo-test-" + folder.getFileName();
        try (Receiver systemd = new Receiver(address);
                CommandProcess moody = launch(systemd, "WATCHDOG_USEC=200000", "moody.toml")) {
            moody.awaitOutput("Ctrl-C");
            await().atMost(TIMEOUT).until(() -> systemd.count("WATCHDOG=1") >= 5);
            // When the root is degraded
            Files.writeString(toml, "service = \"Moody.java\"\nwell = false\n");
            moody.signal("HUP");
            systemd.awaitMessage("STATUS=not ready: moody: DEGRADED, not well");
            // Then notifications continue, so that systemd does not kill the service
            long notified = systemd.count("WATCHDOG=1");
            await().atMost(TIMEOUT).until(() -> systemd.count("WATCHDOG=1") > notified + 3);
        }
    }

    @Test
    @DisplayName("R-16 no watchdog notification for another process; a socket without a listener is logged once")
    void ignoresWatchdogOfAnotherProcess() throws Exception {
        write("Idle.java", "class Idle extends dev.ginkgo.Service {}");
        String address = folder.resolve("no-listener").toString();
        try (CommandProcess idle = CommandProcess.start(
                folder,
                with(List.of("NOTIFY_SOCKET=" + address, "WATCHDOG_USEC=100000", "WATCHDOG_PID=1"), "Idle.java"))) {
            idle.awaitOutput("Ctrl-C").signal("TERM");
            assertThat(idle.exitCode()).isEqualTo(143);
            assertThat(idle.output()).containsOnlyOnce("cannot notify systemd: sendto " + address + " failed: ");
        }
    }

    @Test
    @DisplayName(
            "R-21 an invalid address and a platform without systemd are rejected, each with a one-sentence message")
    void rejectsInvalidAddressAndPlatform() {
        assertThatThrownBy(() -> new SystemdSocket("vsock:2:1", "Linux"))
                .hasMessage("NOTIFY_SOCKET=vsock:2:1 is not an absolute path or @name of at most 107"
                        + " bytes; correct or unset it");
        assertThatThrownBy(() -> new SystemdSocket("/" + "x".repeat(107), "Linux"))
                .hasMessageContaining("107 bytes");
        assertThatThrownBy(() -> new SystemdSocket("/run/x", "Mac OS X"))
                .hasMessageContaining("supported on Linux only");
    }

    private CommandProcess launch(Receiver systemd, String variable, String... words) throws IOException {
        return CommandProcess.start(
                folder,
                with(
                        Stream.of("NOTIFY_SOCKET=" + systemd.address, variable)
                                .filter(each -> !each.isEmpty())
                                .toList(),
                        words));
    }

    private static List<String> with(List<String> variables, String... words) {
        return Stream.of(Stream.of("env"), variables.stream(), CommandProcess.command(words).stream())
                .flatMap(part -> part)
                .toList();
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }
}
