package dev.ginkgo.hub.http.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.HubAccess;
import dev.ginkgo.hub.HubStats;
import dev.ginkgo.hub.testing.Measurements;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestCertificates;
import dev.ginkgo.hub.testing.TestCertificates.Pair;
import dev.ginkgo.hub.testing.TestHub;
import dev.ginkgo.testing.FakeClock;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients with certificates, and clients that use up resources over TLS. */
class TlsClientsTest {
    private static final String READY = "GET /-/health/ready HTTP/1.1\r\nHost: localhost\r\n\r\n";

    @TempDir
    private Path folder = Path.of("");

    /** Sockets that are closed before the hub. */
    private static final class Sockets implements AutoCloseable {
        private final List<Socket> all = new ArrayList<>();

        void add(Socket socket) {
            all.add(socket);
        }

        @Override
        public void close() throws IOException {
            for (Socket each : all) {
                each.close();
            }
        }
    }

    private static String request(SSLContext context, TestHub testHub) throws IOException {
        try (RawHttpClient client = new RawHttpClient(TestCertificates.connect(context, testHub.port(), "TLSv1.2"))) {
            return client.send(READY).response();
        }
    }

    @Test
    @DisplayName("H-93 with client-ca a client needs a certificate of that authority, or may have one")
    void clientCertificates_areVerified() throws Exception {
        TestCertificates certificates = new TestCertificates(folder);
        Pair pair = certificates.localhost("server");
        Pair authority = certificates.selfSigned("authority", "EC", "DNS:authority", 30);
        SSLContext none = TestCertificates.trusting(pair);
        SSLContext trusted = TestCertificates.presenting(certificates.client("alice", authority), pair);
        SSLContext foreign = TestCertificates.presenting(certificates.client("mallory", pair), pair);
        String clientCa = "tls.client-ca = '" + authority.certificate() + "'";
        try (TestHub testHub = TestHub.start(pair.settings(clientCa))) {
            assertThat(request(trusted, testHub)).startsWith("HTTP/1.1 200 ");
            assertThatThrownBy(() -> request(none, testHub)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> request(foreign, testHub)).isInstanceOf(IOException.class);
        }
        try (TestHub testHub = TestHub.start(pair.settings(clientCa, "tls.client-certificate = 'optional'"))) {
            assertThat(request(trusted, testHub)).startsWith("HTTP/1.1 200 ");
            assertThat(request(none, testHub)).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    @DisplayName("H-95 connections in the handshake count towards the limits, and end within request-timeout")
    void handshakes_areLimited() throws Exception {
        FakeClock clock = new FakeClock();
        Pair pair = new TestCertificates(folder).localhost("server");
        SSLContext trusting = TestCertificates.trusting(pair);
        try (TestHub testHub = TestHub.start(clock, pair.settings("max-connections-per-address = 20"));
                Sockets idle = new Sockets()) {
            // Given 20 connections, half of which have begun a handshake
            for (int i = 0; i < 20; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), testHub.port());
                idle.add(socket);
                if (i % 2 == 0) {
                    socket.getOutputStream().write(new byte[] {22, 3, 1});
                }
            }
            await().until(() -> HubAccess.http(testHub.hub()).connectionCount() == 20);

            // When another one connects, Then it is closed without a handshake
            assertThatThrownBy(() ->
                            TestCertificates.connect(trusting, testHub.port()).close())
                    .isInstanceOf(IOException.class);
            await().until(() -> HubAccess.http(testHub.hub()).connectionCount() == 20);

            // When the time is over
            clock.advance(Duration.ofSeconds(11));

            // Then they are closed, and others are served
            await().until(() -> HubAccess.http(testHub.hub()).connectionCount() == 0);
            try (SSLSocket socket = TestCertificates.connect(trusting, testHub.port())) {
                assertThat(new RawHttpClient(socket).send(READY).response()).startsWith("HTTP/1.1 200 ");
            }
        }
    }

    @Test
    @DisplayName("H-96 what is encrypted for clients that do not read has the same budget as other pending writes")
    void encryptedWrites_haveABudget() throws Exception {
        Pair pair = new TestCertificates(folder).localhost("server");
        SSLContext trusting = TestCertificates.trusting(pair);
        String toml = "http.tls.certificate = '" + pair.certificate() + "'\nhttp.tls.key = '" + pair.key() + "'";
        try (TestHub testHub = TestHub.startHub("store.budget = '16MiB'", "write-timeout = '10m'", toml);
                Sockets sockets = new Sockets()) {
            SSLSocket reader = TestCertificates.connect(trusting, testHub.port());
            sockets.add(reader);
            RawHttpClient live = new RawHttpClient(reader);
            live.send("GET /small HTTP/1.1\r\nHost: localhost\r\n\r\n").head();
            for (int i = 0; i < 10; i++) {
                testHub.hub().publish("/big", i + "x".repeat((1 << 20) - 64));
            }
            long before = PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();

            // When 40 clients request 10 MiB each, and read nothing
            for (int i = 0; i < 40; i++) {
                SSLSocket socket = TestCertificates.connect(trusting, testHub.port());
                sockets.add(socket);
                socket.getOutputStream()
                        .write("GET /big?since=all HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII));
            }
            await().until(() -> testHub.hub().stats().subscribers() == 41);
            await().until(() -> testHub.hub().stats().pinnedBytes() > 2 << 20);

            // Then the budget of 8 MiB holds, of which half is for clients that resume, and one write per loop
            HubStats stats = testHub.hub().stats();
            Measurements.record("40 TLS clients that do not read 10 MiB each, pending bytes", stats.pinnedBytes());
            Measurements.record(
                    "40 TLS clients that do not read 10 MiB each, direct memory, bytes",
                    PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory() - before);
            assertThat(stats.pinnedBytes()).isLessThan(12 << 20);

            // And a client that reads is served
            testHub.hub().publish("/small", "7");
            live.readTo("\n7\n");
        }
    }
}
