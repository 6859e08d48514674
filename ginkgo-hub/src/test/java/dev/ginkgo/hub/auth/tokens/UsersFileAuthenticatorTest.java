package dev.ginkgo.hub.auth.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.config.ConfigException;
import dev.ginkgo.hub.auth.Credentials;
import dev.ginkgo.hub.auth.Principal;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UsersFileAuthenticatorTest {
    /** SHA-256 of the tokens "foo" and "bar". */
    private static final String FOO = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";

    private static final String BAR = "fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9";

    /** Certificate of {@code O=Example, CN=Printer}. */
    private static final String CERTIFICATE = """
            -----BEGIN CERTIFICATE-----
            MIIBnzCCAUWgAwIBAgIUbwsUFyaIgVqmRznp3i7bjL6+JmwwCgYIKoZIzj0EAwIw
            JDEQMA4GA1UECgwHRXhhbXBsZTEQMA4GA1UEAwwHUHJpbnRlcjAgFw0yNjExMjgw
            MjU3MjFaGA8yMTI2MTEwNDAyNTcyMVowJDEQMA4GA1UECgwHRXhhbXBsZTEQMA4G
            A1UEAwwHUHJpbnRlcjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABB5FjQhZV4lr
            JYpdC3jCMYdMzHR2zFSaN1ihJzN5FLf/14YuSwV6LURgEqcctS0P96QMZj8a5991
            DHWuiEUMq9ejUzBRMB0GA1UdDgQWBBTYqIbn12rqWonSljiTHP82BwV57zAfBgNV
            HSMEGDAWgBTYqIbn12rqWonSljiTHP82BwV57zAPBgNVHRMBAf8EBTADAQH/MAoG
            CCqGSM49BAMCA0gAMEUCIQCcKwIzDcST84sMqWTkVxBIzf8Z5KxZLf2zGUtLT2SM
            eAIgV+Xe8crm42Z6Cc0W+IpS1gZK7Tc4bhnlQKuRvIGfbtY=
            -----END CERTIFICATE-----
            """;

    @TempDir
    Path folder = Path.of("");

    private Path write(String content) throws IOException {
        // a new file replaces the old one, so that the change is noticed although the modification time may be the same
        Path written = Files.writeString(folder.resolve("new"), content);
        return Files.move(written, folder.resolve("users.toml"), StandardCopyOption.REPLACE_EXISTING);
    }

    private static String user(String name, String hash, String grant) {
        return "[" + name + "]\nsha256 = '" + hash + "'\n" + grant + "\n";
    }

    @Test
    @DisplayName("H-115 a users file gives each token and each subject of a certificate its grant")
    void users_areFoundByTokenAndCertificate() throws Exception {
        // Given
        UsersFileAuthenticator authenticator =
                new UsersFileAuthenticator(write("""
                [alice]
                sha256 = ["%s", "%s"]
                publish = "/a"
                subscribe = ["/b/>"]
                expires = 2099-01-01T00:00:00Z

                [printer]
                subject = "cn=printer,  o=example"
                admin = true
                """.formatted(FOO, BAR.toUpperCase(Locale.ROOT))));
        authenticator.refresh();
        X509Certificate certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(CERTIFICATE.getBytes(StandardCharsets.US_ASCII)));

        // When
        Principal alice = authenticator.authenticate(Credentials.ofToken("foo")).orElseThrow();
        Principal printer = authenticator
                .authenticate(Credentials.ofCertificates(List.of(certificate)))
                .orElseThrow();

        // Then
        assertThat(alice.name()).isEqualTo("alice");
        assertThat(alice.expires()).contains(Instant.parse("2099-01-01T00:00:00Z"));
        assertThat(alice.grant().mayPublish("/a")).isTrue();
        assertThat(alice.grant().mayPublish("/b/1")).isFalse();
        assertThat(alice.grant().maySubscribe("/b/*")).isTrue();
        assertThat(alice.grant().isAdmin()).isFalse();
        assertThat(authenticator.authenticate(Credentials.ofToken("bar"))).isPresent();
        assertThat(printer.name()).isEqualTo("printer");
        assertThat(printer.grant().isAdmin()).isTrue();
        for (String unknown : List.of(FOO, "", "Foo", "printer")) {
            assertThat(authenticator.authenticate(Credentials.ofToken(unknown))).isEmpty();
        }
    }

    @Test
    @DisplayName("H-115 each mistake in a users file is reported with its line, and without a hash")
    void mistakes_areReportedWithLines() throws Exception {
        UsersFileAuthenticator authenticator = new UsersFileAuthenticator(write("""
                stray = 1
                [a]
                sha256 = "2c26"
                [b]
                publish = ["/x"]
                [c]
                sha256 = "%1$s"
                subscribe = ["/room>"]
                [d]
                sha256 = "%2$s"
                pubish = ["/x"]
                admin = "yes"
                [e]
                sha256 = "%2$s"
                """.formatted(FOO, BAR)));
        assertThatThrownBy(authenticator::refresh)
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("users.toml:1:1: stray is outside a table")
                .hasMessageContaining("users.toml:3:1: a.sha256 is not a SHA-256 hash")
                .hasMessageContaining("users.toml:4:1: b needs sha256")
                .hasMessageContaining("users.toml:6:1: c: ")
                .hasMessageContaining("users.toml:11:1: unknown key d.pubish")
                .hasMessageContaining("users.toml:12:1: d.admin must be true or false")
                .hasMessageContaining("users.toml:13:1: e has the token")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("2c26", FOO, BAR));
    }

    @Test
    @DisplayName("H-115 a users file with a mistake changes nothing, and is read again when it has been corrected")
    void mistakeInChangedFile_changesNothing() throws Exception {
        // Given
        UsersFileAuthenticator authenticator = new UsersFileAuthenticator(write(user("foo", FOO, "")));
        authenticator.refresh();

        // When
        write("mistake");

        // Then
        authenticator.refresh(); // it could be half of a file
        assertThatThrownBy(authenticator::refresh).isInstanceOf(ConfigException.class);
        authenticator.refresh(); // a mistake is reported once
        assertThat(authenticator.authenticate(Credentials.ofToken("foo"))).isPresent();

        // When
        Files.delete(write(""));
        assertThatThrownBy(authenticator::refresh).isInstanceOf(IOException.class);
        write(user("bar", BAR, ""));
        authenticator.refresh();
        authenticator.refresh();

        // Then
        assertThat(authenticator.authenticate(Credentials.ofToken("foo"))).isEmpty();
        assertThat(authenticator.authenticate(Credentials.ofToken("bar"))).isPresent();
    }

    @Test
    @DisplayName(
            "H-268 a users file that is read while it is written replaces the previous one only when it is complete, and a"
                    + " removed user only then")
    void halfWrittenFile_changesNothing() throws Exception {
        // Given two users
        String both = user("foo", FOO, "") + user("bar", BAR, "");
        UsersFileAuthenticator authenticator = new UsersFileAuthenticator(write(both));
        authenticator.refresh();
        Principal bar = authenticator.authenticate(Credentials.ofToken("bar")).orElseThrow();

        // When a program writes the file in place, with a pause after the first user and one in the middle of a line
        for (String part : List.of("", user("foo", FOO, ""), user("foo", FOO, "") + "[bar]\nsha")) {
            write(part);
            authenticator.refresh();
            assertThat(authenticator.isValid(bar)).as(part).isTrue();
        }
        write(both);
        authenticator.refresh();
        authenticator.refresh();

        // Then
        assertThat(authenticator.isValid(bar)).isTrue();
        assertThat(authenticator.authenticate(Credentials.ofToken("foo"))).isPresent();

        // When the file no longer changes
        write(user("foo", FOO, ""));
        authenticator.refresh();
        assertThat(authenticator.isValid(bar)).isTrue();
        authenticator.refresh();

        // Then
        assertThat(authenticator.isValid(bar)).isFalse();
    }

    @Test
    @DisplayName(
            "H-115 a change of the users file applies without a restart: the streams of a user that is removed or has"
                    + " another grant end with token-revoked, others stay open")
    void changedFile_endsStreamsOfRemovedUsers() throws Exception {
        // Given two users with a stream each
        Path file = write(user("foo", FOO, "subscribe = ['/x']") + user("bar", BAR, "subscribe = ['/x']"));
        try (TestHub testHub = TestHub.startHub("auth.users-file = '" + file + "'");
                RawHttpClient foo = testHub.request("GET /x", "Authorization: Bearer foo");
                RawHttpClient bar = testHub.request("GET /x", "Authorization: Bearer bar")) {
            await().until(() -> testHub.hub().stats().subscribers() == 2);

            // When the first user is removed
            write(user("bar", BAR, "subscribe = ['/x']"));

            // Then
            assertThat(foo.readToEnd()).contains("\"reason\":\"token-revoked\"");
            assertThat(testHub.get("/x", "Authorization", "Bearer foo").statusCode())
                    .isEqualTo(401);
            testHub.hub().publish("/x", "still here");
            bar.readTo("still here");

            // When the grant of the other user is changed
            write(user("bar", BAR, "subscribe = ['/y']"));

            // Then
            assertThat(bar.readToEnd()).contains("\"reason\":\"token-revoked\"");
            assertThat(testHub.get("/x", "Authorization", "Bearer bar").statusCode())
                    .isEqualTo(403);
        }
    }

    @Test
    @DisplayName("H-115 a users file that cannot be read or has a mistake fails the start")
    void missingFile_failsStart() throws Exception {
        assertThatThrownBy(() -> TestHub.startHub("auth.users-file = '/does/not/exist.toml'"))
                .hasStackTraceContaining("/does/not/exist.toml does not exist; create it");
        Path file = write("[a]\nsha256 = 'short'");
        assertThatThrownBy(() -> TestHub.startHub("auth.users-file = '" + file + "'"))
                .hasStackTraceContaining("a.sha256 is not a SHA-256 hash");
    }
}
