package dev.ginkgo.run.cli.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.auth.Credentials;
import dev.ginkgo.hub.auth.Principal;
import dev.ginkgo.hub.auth.tokens.UsersFileAuthenticator;
import dev.ginkgo.run.cli.InProcessCommand;
import dev.ginkgo.run.output.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenCommandTest {
    @TempDir
    private Path folder = Path.of("");

    private InProcessCommand ginkgo = new InProcessCommand(folder);

    @BeforeEach
    void createCommand() {
        ginkgo = new InProcessCommand(folder);
    }

    private Principal authenticate(String users, String token) throws Exception {
        UsersFileAuthenticator authenticator =
                new UsersFileAuthenticator(Files.writeString(folder.resolve("users.toml"), users));
        authenticator.refresh();
        return authenticator.authenticate(Credentials.ofToken(token)).orElseThrow();
    }

    @Test
    @DisplayName(
            "H-275 ginkgo token prints an entry for the users file, with the hash of a new token, which it shows once or"
                    + " writes to a file that only its owner can read")
    void entryAndToken_belongTogether() throws Exception {
        // When a token is written to a file
        assertThat(ginkgo.run(
                        "token",
                        "alice",
                        "--publish",
                        "/room/7",
                        "--subscribe",
                        "/room/>",
                        "--subscribe",
                        "/hall",
                        "--out",
                        "alice.token"))
                .as(ginkgo.err())
                .isZero();

        // Then the output is the entry of its user
        String alice = ginkgo.out();
        Path file = folder.resolve("alice.token");
        String token = Files.readString(file).strip();
        assertThat(token).matches("[A-Za-z0-9_-]{43}");
        assertThat(alice + ginkgo.err()).doesNotContain(token);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");

        // When another one is shown
        assertThat(ginkgo.run("token", "bob@example.org", "--admin", "--valid", "90d"))
                .isZero();
        String shown = ginkgo.err().strip().replaceFirst(".* ", "");
        assertThat(ginkgo.err()).contains("token of bob@example.org, which is not shown again: ");

        // Then both are users of a file with both entries
        String users = alice + ginkgo.out();
        assertThat(users).doesNotContain(shown, token);
        Principal first = authenticate(users, token);
        assertThat(first.name()).isEqualTo("alice");
        assertThat(first.expires()).isEmpty();
        assertThat(first.grant().mayPublish("/room/7")).isTrue();
        assertThat(first.grant().mayPublish("/room/8")).isFalse();
        assertThat(first.grant().maySubscribe("/room/>")).isTrue();
        assertThat(first.grant().maySubscribe("/hall")).isTrue();
        assertThat(first.grant().isAdmin()).isFalse();
        Principal second = authenticate(users, shown);
        assertThat(second.name()).isEqualTo("bob@example.org");
        assertThat(second.grant().isAdmin()).isTrue();
        assertThat(second.expires().orElseThrow())
                .isBetween(
                        Instant.now().plus(Duration.ofDays(89)), Instant.now().plus(Duration.ofDays(90)));
    }

    @ParameterizedTest
    @DisplayName("H-275 ginkgo token creates nothing if an argument is wrong, and says what is")
    @CsvSource(
            delimiter = '|',
            value = {
                "a b                       | \"a b\" is not a name of a user",
                "alice --subscribe room    | room",
                "alice --publish /a/b*     | must be a whole segment",
                "alice --valid soon        | soon",
                "alice --colour            | --colour",
            })
    void wrongArguments_areReported(String arguments, String reason) {
        String[] words = ("token " + arguments + " --out token")
                .replace("a b", "a\u00a0b")
                .split(" ");
        for (int i = 0; i < words.length; i++) {
            words[i] = words[i].replace('\u00a0', ' ');
        }
        assertThat(ginkgo.run(words)).isEqualTo(ExitCode.USAGE.number());
        assertThat(ginkgo.err()).contains(reason);
        assertThat(folder.resolve("token")).doesNotExist();
    }

    @Test
    @DisplayName("H-275 ginkgo token overwrites no file")
    void existingFile_isKept() throws Exception {
        Path file = Files.writeString(folder.resolve("alice.token"), "old");
        assertThat(ginkgo.run("token", "alice", "--out", "alice.token")).isEqualTo(ExitCode.CANNOT_CREATE.number());
        assertThat(ginkgo.err()).contains("alice.token exists, and is not overwritten");
        assertThat(ginkgo.out()).isEmpty();
        assertThat(file).hasContent("old");
    }
}
