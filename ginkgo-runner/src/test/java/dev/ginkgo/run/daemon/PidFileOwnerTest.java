package dev.ginkgo.run.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ginkgo.run.cli.InProcessCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands of root with {@code --pid}, for a pidfile that another user can write. */
class PidFileOwnerTest {
    private static final int NOBODY = 65534;
    private static final List<String> SLEEP = List.of("sleep", "600");
    private static final List<String> SLEEP_AS_NOBODY =
            List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "sleep", "600");

    @TempDir
    private Path folder = Path.of("");

    private InProcessCommand ginkgo = new InProcessCommand(folder);

    @BeforeEach
    void createCommand() {
        assumeTrue("root".equals(System.getProperty("user.name")), "this test must run as root");
        ginkgo = new InProcessCommand(folder);
    }

    @Test
    @DisplayName("R-27 root does not stop a process that the pidfile of another user names")
    void rejectsPidFileOfAnotherUser() throws Exception {
        // Given a pidfile of an unprivileged user that names a process of root
        try (Sleeper sleeper = new Sleeper(SLEEP)) {
            Path file = pidFile("forged.pid", sleeper);
            Files.setAttribute(file, "unix:uid", NOBODY);
            // When
            int code = ginkgo.run("stop", "--pid", "forged.pid", "--kill", "--timeout", "1ms");
            // Then
            assertThat(code).isEqualTo(77);
            assertThat(ginkgo.err()).contains("access is not permitted", "another user can write its pidfile " + file);
            assertThat(sleeper.process().isAlive()).isTrue();
        }
    }

    @Test
    @DisplayName("R-27 root does not stop a process that is named by a symbolic link, or by a pidfile that"
            + " all users can write")
    void rejectsLinkAndWritableFile() throws Exception {
        try (Sleeper sleeper = new Sleeper(SLEEP)) {
            Path file = pidFile("x.pid", sleeper);
            Files.createSymbolicLink(folder.resolve("link.pid"), file);
            assertThat(ginkgo.run("stop", "--pid", "link.pid")).isEqualTo(4);
            assertThat(ginkgo.err()).contains("link.pid is not a regular file");
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
            assertThat(ginkgo.run("stop", "--pid", "x.pid")).isEqualTo(77);
            assertThat(sleeper.process().isAlive()).isTrue();
        }
    }

    @Test
    @DisplayName("R-27 root stops a process that its own pidfile names, and one that the pidfile of the"
            + " user of the process names")
    void stopsProcess() throws Exception {
        try (Sleeper own = new Sleeper(SLEEP);
                Sleeper ofNobody = new Sleeper(SLEEP_AS_NOBODY)) {
            pidFile("own.pid", own);
            Path file = pidFile("other.pid", ofNobody);
            Files.setAttribute(file, "unix:uid", NOBODY);
            ProcessIdentity identity = PidFile.read(file).orElseThrow().process();
            await().until(() -> identity.user().equals(Optional.of("nobody"))); // setpriv has changed its user
            assertThat(ginkgo.run("stop", "--pid", "own.pid")).as(ginkgo.err()).isEqualTo(1);
            assertThat(ginkgo.err()).contains("has stopped after", "It recorded no exit");
            assertThat(ginkgo.run("stop", "--pid", "other.pid"))
                    .as(ginkgo.err())
                    .isEqualTo(1);
            assertThat(ginkgo.err()).contains("has stopped after");
        }
    }

    @Test
    @DisplayName("R-27 restart does not run a command that another user has recorded")
    void ignoresLaunchRecordOfAnotherUser() throws Exception {
        Path file = folder.resolve("x.pid");
        LaunchRecord.write(file, folder, List.of("Evil.java"));
        assertThat(LaunchRecord.read(file)).isPresent();
        Files.setAttribute(folder.resolve("x.pid.start"), "unix:uid", NOBODY);
        assertThat(LaunchRecord.read(file)).isEmpty();
    }

    private Path pidFile(String name, Sleeper sleeper) throws IOException {
        Path file = folder.resolve(name);
        ProcessIdentity identity = ProcessIdentity.of(sleeper.process().pid()).orElseThrow();
        try (PidFile locked = PidFile.lock(file).orElseThrow()) {
            locked.write(new DaemonRecord(
                    "x", identity, "X.java", "/X.java", "/", "", "/x.sock", "2026-11-25", "1", Optional.empty()));
        }
        return file;
    }

    /** A process that stands for a daemon. */
    private record Sleeper(Process process) implements AutoCloseable {
        Sleeper(List<String> command) throws IOException {
            this(new ProcessBuilder(command).start());
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }
}
