package dev.ginkgo.run.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PidFileTest {
    private static final Path LOCKS = Path.of("/proc/locks");

    @TempDir
    private Path folder = Path.of("");

    @ParameterizedTest
    @DisplayName("R-04 a file that is not a pidfile is not overwritten")
    @ValueSource(strings = {"service = \"Hello.java\"\n", "x", "12 monkeys", "12a\n"})
    void rejectsUnrelatedFile(String text) throws Exception {
        Path file = Files.writeString(folder.resolve("notes.txt"), text);
        assertThatThrownBy(() -> PidFile.lock(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("notes.txt is not a pidfile")
                .hasMessageContaining("--pid");
        assertThat(file).hasContent(text);
    }

    @ParameterizedTest
    @DisplayName("R-04 any existing pidfile can be locked: from another program, empty, or full of zeros")
    @ValueSource(strings = {"", "4711", "4711\n", " 4711 \n", "\n{}\n", "4711\n{\"name\":\"x\"}\n", "\0\0\0\0"})
    void locksExistingPidFile(String text) throws Exception {
        Path file = Files.writeString(folder.resolve("x.pid"), text);
        try (PidFile locked = PidFile.lock(file).orElseThrow()) {
            assertThat(locked).isNotNull();
        }
    }

    @Test
    @DisplayName("R-08 a pidfile that is read during a write contains a complete record, so the daemon is always found")
    void readsCompleteRecord_duringWrites() throws Exception {
        Path file = folder.resolve("x.pid");
        DaemonRecord daemonRecord = new DaemonRecord(
                "x",
                ProcessIdentity.self(),
                "X.java",
                "/X.java",
                "/",
                "",
                "/x.sock",
                "2026-11-25",
                "1",
                Optional.empty());
        DaemonRecord longer = daemonRecord.withLog("/var/log/ginkgo/" + "x".repeat(200) + ".log");
        AtomicBoolean done = new AtomicBoolean();
        try (PidFile locked = PidFile.lock(file).orElseThrow()) {
            locked.write(daemonRecord);
            Thread writer = Thread.ofPlatform().start(() -> {
                try {
                    while (!done.get()) {
                        locked.write(longer);
                        locked.write(daemonRecord);
                    }
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            try {
                for (int i = 0; i < 5_000; i++) {
                    assertThat(PidFile.read(file)).get().isIn(daemonRecord, longer);
                }
            } finally {
                done.set(true);
                writer.join();
            }
        }
    }

    @Test
    @DisplayName("R-28 a process that tries to lock its own pidfile again keeps the lock that it holds")
    void keepsLock_whenLockedAgain() throws Exception {
        assumeTrue(Files.isReadable(LOCKS), "this test reads the locks of the kernel, on Linux");
        // Given a locked pidfile
        Path file = folder.resolve("x.pid");
        try (PidFile locked = PidFile.lock(file).orElseThrow()) {
            assertThat(isLockedByThisProcess(file)).isTrue();
            // When the same process locks it again
            assertThatThrownBy(() -> PidFile.lock(file))
                    .isInstanceOf(IOException.class)
                    .hasMessage(file + " is already locked by this process");
            // Then the kernel still has the lock, until it is released
            assertThat(isLockedByThisProcess(file)).isTrue();
            assertThat(locked).isNotNull();
        }
        assertThat(isLockedByThisProcess(file)).isFalse();
        try (PidFile again = PidFile.lock(file).orElseThrow()) {
            assertThat(again).isNotNull();
        }
    }

    /** Returns whether {@code /proc/locks} has a lock of this process on the file (proc_locks(5)). */
    private static boolean isLockedByThisProcess(Path file) throws IOException {
        String pid = " " + ProcessHandle.current().pid() + " ";
        String inode = ":" + Files.getAttribute(file, "unix:ino") + " ";
        return Files.readAllLines(LOCKS).stream().anyMatch(line -> line.contains(pid) && line.contains(inode));
    }
}
