package dev.ginkgo.hub.http.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.auth.Credentials;
import dev.ginkgo.hub.auth.Grant;
import dev.ginkgo.hub.auth.Principal;
import dev.ginkgo.hub.testing.RawHttp2Client;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestCertificates;
import dev.ginkgo.hub.testing.TestCertificates.Pair;
import dev.ginkgo.hub.testing.TestHub;
import dev.ginkgo.testing.FakeClock;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Clients with certificates, on a hub where they are optional. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClientCertificateAccessTest {
    private static final String USERS = """
            [alice]
            subject = "CN=alice"
            publish = ["/room/7"]
            subscribe = ["/room/7"]
            """;

    private final FakeClock clock = new FakeClock();
    private final AtomicInteger verifications = new AtomicInteger();
    private final CountDownLatch bobMayContinue = new CountDownLatch(1);
    private final AtomicInteger verificationsOfCarol = new AtomicInteger();
    private Path folder = Path.of("");
    private TestCertificates certificates = new TestCertificates(folder);
    private Pair server = new Pair(folder, folder);
    private Pair authority = server;
    private TestHub testHub = TestHub.startHub("http.enabled = false");

    @BeforeAll
    void start(@TempDir Path files) throws IOException {
        testHub.close();
        folder = files;
        certificates = new TestCertificates(folder);
        server = certificates.localhost("server");
        authority = certificates.selfSigned("authority", "EC", "DNS:authority", 30);
        List<String> settings = new ArrayList<>(List.of(
                "auth.users-file = '" + writeUsers(USERS) + "'",
                "http.heartbeat = '1h'",
                "http.tls.client-ca = '" + authority.certificate() + "'",
                "http.tls.client-certificate = 'optional'"));
        for (String setting : server.settings()) {
            settings.add("http." + setting);
        }
        testHub = TestHub.authenticated(clock, this::authenticate, settings.toArray(String[]::new));
    }

    @AfterAll
    void stop() {
        testHub.close();
    }

    private Path writeUsers(String content) throws IOException {
        Path written = Files.writeString(folder.resolve("new"), content);
        return Files.move(written, folder.resolve("users.toml"), StandardCopyOption.REPLACE_EXISTING);
    }

    /** Accepts what the users file does not have: the certificates of bob and carol, after a while, and one token. */
    private Optional<Principal> authenticate(Credentials credentials) throws InterruptedException {
        if (credentials.token().isPresent()) {
            return Optional.of(Principal.of("token", Grant.ALL));
        }
        String subject =
                credentials.certificates().getFirst().getSubjectX500Principal().getName();
        if (subject.equals("CN=carol")) {
            if (verificationsOfCarol.getAndIncrement() == 0) {
                new CountDownLatch(1).await();
            }
            return Optional.of(Principal.of("carol", Grant.ALL));
        }
        if (!subject.equals("CN=bob")) {
            return Optional.empty();
        }
        verifications.incrementAndGet();
        bobMayContinue.await();
        return Optional.of(Principal.of("bob", Grant.ALL));
    }

    private SSLContext presenting(String name) {
        return TestCertificates.presenting(certificates.client(name, authority), server);
    }

    private HttpResponse<String> publish(HttpClient client, String channel) throws Exception {
        URI uri = URI.create("https://localhost:" + testHub.port() + channel);
        HttpResponse<String> response = client.send(
                HttpRequest.newBuilder(uri)
                        .POST(HttpRequest.BodyPublishers.ofString("7"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(response.version()).isEqualTo(client.version());
        return response;
    }

    @Test
    @DisplayName(
            "H-192 a certificate whose subject is in the users file has its grant, another is a 401, over HTTP/1.1 and HTTP/2;"
                    + " without the user its streams end")
    void subject_hasItsGrant() throws Exception {
        SSLContext alice = presenting("alice");
        SSLContext mallory = presenting("mallory");
        for (HttpClient.Version version : HttpClient.Version.values()) {
            if (version == HttpClient.Version.HTTP_1_1 || version == HttpClient.Version.HTTP_2) {
                withAndWithoutGrant(version, alice, mallory);
            }
        }
        userIsRemoved(alice);
    }

    private void withAndWithoutGrant(HttpClient.Version version, SSLContext alice, SSLContext mallory)
            throws Exception {
        HttpClient.Builder builder = HttpClient.newBuilder().version(version);
        try (HttpClient granted = builder.sslContext(alice).build();
                HttpClient unknown = builder.sslContext(mallory).build();
                HttpClient none =
                        builder.sslContext(TestCertificates.trusting(server)).build()) {
            for (int i = 0; i < 2; i++) { // the second time on a connection whose certificate has been verified
                assertThat(publish(granted, "/room/7").statusCode()).isEqualTo(200);
                assertThat(publish(granted, "/room/8").statusCode()).isEqualTo(403);
                HttpResponse<String> rejected = publish(unknown, "/room/7");
                assertThat(rejected.statusCode()).isEqualTo(401);
                assertThat(rejected.body()).contains("\"code\":\"invalid-token\"", "\"claim\":\"certificate\"");
                HttpResponse<String> anonymous = publish(none, "/room/7");
                assertThat(anonymous.statusCode()).isEqualTo(401);
                assertThat(anonymous.body()).contains("\"code\":\"unauthenticated\"");
            }
        }
    }

    private void userIsRemoved(SSLContext alice) throws Exception {
        try (RawHttp2Client client =
                new RawHttp2Client(TestCertificates.connectWithAlpn(alice, testHub.port(), "h2"))) {
            client.get(1, "/room/7").flush();
            await().until(() -> testHub.hub().stats().subscribers() == 1);

            // When
            writeUsers(USERS.replace("alice", "carol"));
            clock.advance(Duration.ofSeconds(3));

            // Then
            client.readTo(1, "\"reason\":\"token-revoked\"");
            client.get(3, "/room/7").flush();
            assertThat(client.status(3)).isEqualTo(401);
        }
    }

    @Test
    @DisplayName("H-193 a certificate is verified once for its connection, also if all its streams are opened at once")
    void certificate_isVerifiedOncePerConnection() throws Exception {
        SSLContext bob = presenting("bob");
        int streams = 20;
        try (RawHttp2Client client = new RawHttp2Client(TestCertificates.connectWithAlpn(bob, testHub.port(), "h2"))) {
            // When many streams are opened
            for (int i = 0; i < streams; i++) {
                client.get(2 * i + 1, "/many?poll=1&wait=0s");
            }
            // and the hub has received them all
            client.post(101, "/other", "7", "authorization=Bearer any").flush();
            assertThat(client.status(101)).isEqualTo(200);
            bobMayContinue.countDown();

            // Then
            for (int i = 0; i < streams; i++) {
                assertThat(client.status(2 * i + 1)).isEqualTo(200);
            }
            client.post(103, "/other", "7").flush();
            assertThat(client.status(103)).isEqualTo(200);
            assertThat(verifications).hasValue(1);
        } finally {
            bobMayContinue.countDown();
        }
        // And another connection has its own verification
        try (RawHttpClient client = new RawHttpClient(TestCertificates.connect(bob, testHub.port(), "TLSv1.3"))) {
            for (int i = 0; i < 2; i++) {
                client.send("POST /other HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n7");
                assertThat(client.response()).startsWith("HTTP/1.1 200 ");
            }
            assertThat(verifications).hasValue(2);
        }
    }

    @Test
    @DisplayName(
            "H-361 a stream that is reset while it verifies the certificate of its connection fails no other stream")
    void resetStream_failsNoOther() throws Exception {
        SSLContext carol = presenting("carol");
        try (RawHttp2Client client =
                new RawHttp2Client(TestCertificates.connectWithAlpn(carol, testHub.port(), "h2"))) {
            // Given a stream that verifies the certificate, and another one that waits for that
            client.get(1, "/many?poll=1&wait=0s").flush();
            await().until(() -> verificationsOfCarol.get() == 1);
            client.get(3, "/many?poll=1&wait=0s").flush();
            client.post(5, "/other", "7", "authorization=Bearer any").flush();
            assertThat(client.status(5)).isEqualTo(200);

            // When
            client.reset(1).flush();

            // Then
            assertThat(client.status(3)).isEqualTo(200);
            assertThat(verificationsOfCarol).hasValue(2);
        }
    }
}
