package dev.ginkgo.hub.http.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.ginkgo.hub.http.HttpFrontend;
import dev.ginkgo.hub.testing.ClientGroup;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestCertificates;
import dev.ginkgo.hub.testing.TestCertificates.Pair;
import dev.ginkgo.hub.testing.TestHub;
import dev.ginkgo.testing.FakeClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Certificates that are replaced while the hub runs. */
class CertificateReloadTest {
    private static final Duration CHECK = Duration.ofSeconds(2);

    private final FakeClock clock = new FakeClock();
    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(HttpFrontend.class);
    private Level level = logger.getEffectiveLevel();

    @TempDir
    private Path folder = Path.of("");

    @BeforeEach
    void capture() {
        level = logger.getEffectiveLevel();
        logger.setLevel(Level.INFO);
        logged.start();
        logger.addAppender(logged);
    }

    @AfterEach
    void release() {
        logger.detachAppender(logged);
        logger.setLevel(level);
    }

    private List<String> errors() {
        return logged.list.stream()
                .filter(event -> event.getLevel().equals(Level.ERROR))
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    @Test
    @DisplayName(
            "H-91 a certificate is replaced under 50 open streams: new connections get the new one, no stream ends")
    void replacement_keepsStreams() throws Exception {
        replaceUnder(50);
    }

    @Test
    @Tag("long")
    @DisplayName(
            "H-91 a certificate is replaced under 1,000 open streams: new connections get the new one, no stream ends")
    void replacement_keepsManyStreams() throws Exception {
        replaceUnder(1_000);
    }

    private void replaceUnder(int count) throws Exception {
        TestCertificates certificates = new TestCertificates(folder);
        Pair pair = certificates.localhost("used");
        Pair next = certificates.localhost("next");
        SSLContext trusting = TestCertificates.trusting(pair, next);
        try (TestHub testHub = TestHub.start(clock, pair.settings("max-connections-per-address = 2000"));
                ClientGroup streams = ClientGroup.of(
                        count,
                        i -> new RawHttpClient(TestCertificates.connect(trusting, testHub.port()))
                                .send("GET /numbers HTTP/1.1\r\nHost: localhost\r\n\r\n"))) {
            await().atMost(Duration.ofMinutes(2))
                    .until(() -> testHub.hub().stats().subscribers() == count);

            // When
            pair.replaceBy(next);
            clock.advance(CHECK);
            clock.advance(CHECK);

            // Then
            await().untilAsserted(() -> {
                try (SSLSocket socket = TestCertificates.connect(trusting, testHub.port())) {
                    assertThat(socket.getSession().getPeerCertificates()[0]).isEqualTo(next.read());
                }
            });
            testHub.hub().publish("/numbers", "7");
            for (RawHttpClient stream : streams) {
                stream.readTo("\n7\n");
            }
            assertThat(errors()).isEmpty();
        }
    }

    @Test
    @DisplayName("H-91 new files that cannot be used are logged once, and the previous certificate stays in use")
    void brokenFile_keepsPrevious() throws Exception {
        TestCertificates certificates = new TestCertificates(folder);
        Pair pair = certificates.localhost("used");
        Pair other = certificates.localhost("other");
        SSLContext trusting = TestCertificates.trusting(pair, other);
        Path previous = Files.copy(pair.certificate(), folder.resolve("previous.pem"));
        try (TestHub testHub = TestHub.start(clock, pair.settings())) {
            // When the certificate is replaced, and not the key
            Files.copy(other.certificate(), pair.certificate(), StandardCopyOption.REPLACE_EXISTING);
            for (int i = 0; i < 5; i++) {
                clock.advance(CHECK);
            }

            // Then
            assertThat(errors())
                    .singleElement()
                    .asString()
                    .contains("does not belong to the certificate")
                    .contains(pair.key().toString())
                    .contains("previous certificates stay in use");
            try (SSLSocket socket = TestCertificates.connect(trusting, testHub.port())) {
                assertThat(socket.getSession().getPeerCertificates()[0])
                        .isEqualTo(new Pair(previous, pair.key()).read());
            }

            // When the key follows
            pair.replaceBy(other);
            clock.advance(CHECK);
            clock.advance(CHECK);

            // Then
            try (SSLSocket socket = TestCertificates.connect(trusting, testHub.port())) {
                assertThat(socket.getSession().getPeerCertificates()[0]).isEqualTo(other.read());
            }
            assertThat(errors()).hasSize(1);
        }
    }

    @Test
    @DisplayName("H-91 a certificate that expires soon is reported at the start")
    void expiry_isReported() throws IOException {
        Pair pair = new TestCertificates(folder).selfSigned("short", "EC", "DNS:localhost", 3);
        try (TestHub testHub = TestHub.start(pair.settings())) {
            assertThat(testHub.port()).isPositive();
            assertThat(logged.list)
                    .anyMatch(event -> event.getFormattedMessage().contains("is valid only until"));
        }
    }

    @Test
    @DisplayName("H-90 files that cannot be used fail the start, with the reason and what to do")
    void unusableFiles_failTheStart() throws Exception {
        Pair pair = new TestCertificates(folder).localhost("used");
        Path missing = folder.resolve("missing.pem");
        Path old = folder.resolve("old.key");
        Files.writeString(old, "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n");
        assertThatThrownBy(() -> TestHub.start(new Pair(missing, pair.key()).settings()))
                .hasStackTraceContaining(missing + " does not exist");
        assertThatThrownBy(() -> TestHub.start(new Pair(pair.certificate(), old).settings()))
                .hasStackTraceContaining("openssl pkcs8 -topk8 -nocrypt");
        assertThatThrownBy(() -> TestHub.start(new Pair(pair.key(), pair.key()).settings()))
                .hasStackTraceContaining("used.key");
        assertThatThrownBy(() -> TestHub.start("tls.certificate = '" + pair.certificate() + "'"))
                .hasStackTraceContaining("TLS needs both http.tls.certificate and http.tls.key");
    }
}
