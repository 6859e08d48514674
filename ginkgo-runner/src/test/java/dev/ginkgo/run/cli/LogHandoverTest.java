package dev.ginkgo.run.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ginkgo.run.os.OsException;
import dev.ginkgo.run.os.Privileges;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log that root opens for the user of the process, in a folder that this user can change. */
class LogHandoverTest {
    private static final String SECRET = "root:$6$secret\n";

    @TempDir
    private Path folder = Path.of("");

    private Path secret = folder;
    private Path logs = folder;

    @BeforeEach
    void createFiles() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "this test must run as root");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        // Given a file of root, and a folder of an unprivileged user
        secret = Files.writeString(folder.resolve("secret"), SECRET);
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        logs = ofNobody(Files.createDirectory(folder.resolve("logs")));
        Files.writeString(folder.resolve("Idle.java"), "class Idle extends dev.ginkgo.Service {}");
        Files.writeString(
                folder.resolve("idle.toml"),
                "service = \"Idle.java\"\n[ginkgo]\nuser = \"nobody\"\n[log]\nfile = \"logs/idle/idle.log\"\n");
    }

    @Test
    @DisplayName("R-31 a symbolic link at log.file is rejected before the start, and its target keeps its"
            + " owner and content")
    void rejectsLinkAtLogFile() throws Exception {
        // Given a link that an unprivileged user has put in the place of the log
        Path idle = ofNobody(Files.createDirectory(logs.resolve("idle")));
        Files.createSymbolicLink(idle.resolve("idle.log"), secret);
        // When root starts the service in the foreground, and as a daemon
        try (CommandProcess run = CommandProcess.start(folder, "idle.toml");
                TestShell shell = new TestShell(folder)) {
            // Then both are rejected
            assertThat(run.exitCode()).as(run.output()).isEqualTo(78);
            assertThat(run.output()).contains(idle.resolve("idle.log") + " is a symbolic link");
            shell.execute("ginkgo start idle.toml").hasExitCode(78).printsErr("idle.log is a symbolic link");
        }
        assertThat(secret).hasContent(SECRET);
        assertThat(owner(secret)).isEqualTo("root");
    }

    @Test
    @DisplayName("R-31 a symbolic link of the user at a folder above log.file is rejected, and nothing is"
            + " created below its target")
    void rejectsLinkAtFolder() throws Exception {
        // Given a link to a folder of root in the place of the folder of the log
        Path rootFolder = Files.createDirectory(folder.resolve("root-only"));
        Files.createSymbolicLink(logs.resolve("idle"), rootFolder);
        try (CommandProcess run = CommandProcess.start(folder, "idle.toml");
                TestShell shell = new TestShell(folder)) {
            assertThat(run.exitCode()).as(run.output()).isEqualTo(78);
            assertThat(run.output()).contains(logs.resolve("idle") + " is a symbolic link");
            shell.execute("ginkgo start idle.toml").hasExitCode(78).printsErr("logs/idle is a symbolic link");
        }
        assertThat(rootFolder).isEmptyDirectory();
        assertThat(owner(rootFolder)).isEqualTo("root");
    }

    @Test
    @DisplayName("R-31 only a regular file with one name that root or the user owns is given to the" + " user")
    void rejectsUnsuitableFiles() throws Exception {
        Privileges privileges = Privileges.to("nobody", "", "Linux");
        Path hardLink = Files.createLink(logs.resolve("hard-link"), secret);
        assertRejected(privileges, hardLink, "has 2 names");
        assertRejected(privileges, Files.createDirectory(logs.resolve("folder")), "is not a regular file");
        assertRejected(privileges, Path.of("/dev/null"), "is not a regular file");
        Path foreign = Files.writeString(logs.resolve("foreign"), "");
        Files.setAttribute(foreign, "unix:uid", 1);
        assertRejected(privileges, foreign, "belongs to user 1");
        assertThat(owner(secret)).isEqualTo("root");
        assertThat(owner(Path.of("/dev/null"))).isEqualTo("root");
    }

    @Test
    @DisplayName("R-31 a missing log and missing folders above it are created for the user; a link of root"
            + " above them is followed")
    void createsLogAndFolders() throws Exception {
        Privileges privileges = Privileges.to("nobody", "", "Linux");
        // Given a link in a folder that only root can change
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("logs"));
        Path log = logs.resolve("a/b/x.log");
        // When the log is opened through it, and its path is replaced
        Path opened = privileges.openForUser(link.resolve("a/b/x.log"));
        Files.move(log, log.resolveSibling("moved.log"));
        Files.createSymbolicLink(log, secret);
        Files.writeString(opened, "line\n");
        // Then the opened file is still the log
        assertThat(log.resolveSibling("moved.log")).hasContent("line\n");
        assertThat(owner(log.resolveSibling("moved.log"))).isEqualTo("nobody");
        assertThat(owner(logs.resolve("a/b"))).isEqualTo("nobody");
        assertThat(owner(logs.resolve("a"))).isEqualTo("nobody");
        assertThat(owner(link)).isEqualTo("root");
        assertThat(secret).hasContent(SECRET);
    }

    private static void assertRejected(Privileges privileges, Path file, String message) {
        assertThatThrownBy(() -> privileges.openForUser(file))
                .isInstanceOf(OsException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(message);
    }

    private static String owner(Path file) throws IOException {
        return Files.getOwner(file, java.nio.file.LinkOption.NOFOLLOW_LINKS).getName();
    }

    private static Path ofNobody(Path file) throws IOException {
        return Files.setOwner(
                file, file.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));
    }
}
