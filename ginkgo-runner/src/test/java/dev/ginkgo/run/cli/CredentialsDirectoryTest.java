package dev.ginkgo.run.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Secrets that systemd gives to the command in {@code $CREDENTIALS_DIRECTORY}. */
class CredentialsDirectoryTest {
    @TempDir
    private Path folder = Path.of("");

    private Path credentials = folder;
    private InProcessCommand ginkgo = new InProcessCommand(folder);

    @BeforeEach
    void createCredentials() throws IOException {
        ginkgo =
                new InProcessCommand(folder).withFile("Mailer.java", """
                        import dev.ginkgo.*;
                        import dev.ginkgo.config.*;
                        class Mailer extends Service {
                            final Setting<Secret> password = setting("password", Secret.class);
                        }
                        """).withFile("credentials/password", "hunter2\n");
        credentials = folder.resolve("credentials");
    }

    @Test
    @DisplayName("R-30 a required secret comes from the file of its name in CREDENTIALS_DIRECTORY; --set overrides it")
    void readsSecret() {
        // Without the variable the secret is missing
        assertThat(ginkgo.run("check", "Mailer.java")).isEqualTo(78);
        // Given the variable
        ginkgo.environment("CREDENTIALS_DIRECTORY", credentials.toString());
        // Then the secret is found, and is not printed
        assertThat(ginkgo.run("check", "Mailer.java")).as(ginkgo.err()).isZero();
        assertThat(ginkgo.run("Mailer.java", "-h")).isZero();
        assertThat(ginkgo.out()).contains("value from credential password").doesNotContain("hunter2");
        assertThat(ginkgo.run("Mailer.java", "--set", "password=other", "-h")).isZero();
        assertThat(ginkgo.out()).contains("value from --set");
    }

    @Test
    @DisplayName("R-30 a CREDENTIALS_DIRECTORY that does not exist is a problem of the configuration")
    void rejectsMissingDirectory() {
        ginkgo.environment("CREDENTIALS_DIRECTORY", folder.resolve("missing").toString());
        assertThat(ginkgo.run("check", "Mailer.java", "--set", "password=x")).isEqualTo(78);
        assertThat(ginkgo.err()).contains(folder.resolve("missing") + ": the credentials directory does not exist");
        // An empty variable is the same as none
        ginkgo.environment("CREDENTIALS_DIRECTORY", "");
        assertThat(ginkgo.run("check", "Mailer.java", "--set", "password=x")).isZero();
    }

    @Test
    @DisplayName("R-30 a reload that can no longer read the credentials is rejected, and the secret stays")
    void rejectsReload_afterSwitchOfUser() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "this test must run as root");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        // Given credentials of root, and a process that switches to another user
        Files.setPosixFilePermissions(credentials, PosixFilePermissions.fromString("rwx------"));
        ginkgo.withFile("mailer.toml", "service = \"Mailer.java\"\n[ginkgo]\nuser = \"nobody\"\n");
        List<String> command = Stream.concat(
                        Stream.of("env", "CREDENTIALS_DIRECTORY=" + credentials),
                        CommandProcess.command("mailer.toml").stream())
                .toList();
        try (CommandProcess mailer = CommandProcess.start(folder, command)) {
            mailer.awaitOutput("press Ctrl-C to stop");
            assertThat(mailer.output()).contains("warning: nobody cannot read " + credentials);
            // When
            mailer.signal("HUP");
            // Then
            mailer.awaitOutput(credentials + ": the credentials directory cannot be read by this user");
            assertThat(mailer.output()).doesNotContain("hunter2");
            mailer.signal("TERM");
            assertThat(mailer.exitCode()).isEqualTo(143);
        }
    }
}
