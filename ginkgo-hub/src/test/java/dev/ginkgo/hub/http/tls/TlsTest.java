package dev.ginkgo.hub.http.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.testing.ExternalProcess;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestCertificates;
import dev.ginkgo.hub.testing.TestCertificates.Pair;
import dev.ginkgo.hub.testing.TestHub;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A hub with TLS and default settings, as clients see it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TlsTest {
    private Path folder = Path.of("");
    private TestCertificates certificates = new TestCertificates(Path.of(""));
    private Pair pair = new Pair(Path.of(""), Path.of(""));
    private Pair rsa = pair;
    private Pair wildcard = pair;
    private TestHub testHub = TestHub.startHub("http.enabled = false");

    @BeforeAll
    void start(@TempDir Path files) {
        folder = files;
        testHub.close();
        certificates = new TestCertificates(folder);
        pair = certificates.localhost("first");
        rsa = certificates.selfSigned("rsa", "RSA", "DNS:hub.example", 30);
        wildcard = certificates.selfSigned("wildcard", "EC", "DNS:*.example", 30);
        testHub = TestHub.start(pair.settings(
                "tls.sni-certificates = ['" + rsa.certificate() + "', '" + wildcard.certificate() + "']",
                "tls.sni-keys = ['" + rsa.key() + "', '" + wildcard.key() + "']",
                "allowed-hosts = ['hub.example']"));
    }

    @AfterAll
    void stop() {
        testHub.close();
    }

    private SSLContext trusting() {
        return TestCertificates.trusting(pair, rsa, wildcard);
    }

    private String uri(String path) {
        return "https://localhost:" + testHub.port() + path;
    }

    private RawHttpClient connect(String... protocols) throws IOException {
        return new RawHttpClient(TestCertificates.connect(trusting(), testHub.port(), protocols));
    }

    @Test
    @DisplayName("H-90 over TLS messages are published and received in every form; the URL of the hub is https")
    void everyForm_worksOverTls() throws Exception {
        assertThat(testHub.hub().url().orElseThrow()).hasScheme("https");
        HttpClient client = HttpClient.newBuilder().sslContext(trusting()).build();
        try {
            CompletableFuture<String> text = new CompletableFuture<>();
            WebSocket socket = client.newWebSocketBuilder()
                    .buildAsync(URI.create(uri("/forms").replace("https", "wss")), new WebSocket.Listener() {
                        @Override
                        public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
                            if (data.charAt(0) == 'x') {
                                text.complete(data.toString());
                            }
                            webSocket.request(1);
                            return CompletableFuture.completedStage(null);
                        }
                    })
                    .get(20, TimeUnit.SECONDS);
            try (RawHttpClient lines = connect();
                    RawHttpClient events = connect();
                    RawHttpClient objects = connect()) {
                lines.send("GET /forms HTTP/1.1\r\nHost: localhost\r\n\r\n");
                events.send("GET /forms?as=sse HTTP/1.1\r\nHost: localhost\r\n\r\n");
                objects.send("GET /forms?as=ndjson HTTP/1.1\r\nHost: localhost\r\n\r\n");
                await().until(() -> testHub.hub().stats().subscribers() == 4);

                // When
                HttpResponse<String> published = client.send(
                        HttpRequest.newBuilder(URI.create(uri("/forms")))
                                .POST(HttpRequest.BodyPublishers.ofString("x".repeat(5_000)))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());

                // Then
                assertThat(published.statusCode()).isEqualTo(200);
                assertThat(published.body()).contains("\"receivers\":4");
                assertThat(lines.readTo("x\n\r\n")).hasSizeGreaterThan(5_000);
                assertThat(events.readTo("x\n\n\r\n")).contains("data: xxx");
                assertThat(objects.readTo("x\"}\n\r\n")).contains("\"data\":\"xxx");
                assertThat(text.get(20, TimeUnit.SECONDS)).startsWith("x");
                HttpResponse<String> poll = client.send(
                        HttpRequest.newBuilder(URI.create(uri("/forms?poll=1&since=all")))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                assertThat(poll.body()).contains("xxx");
            }
            socket.abort();
        } finally {
            client.shutdownNow();
        }
        await().until(() -> testHub.hub().stats().subscribers() == 0);
    }

    @Test
    @DisplayName("H-90 TLS 1.2 and 1.3 are supported with suites that have forward secrecy, and nothing older")
    void protocolsAndSuites_areLimited() throws Exception {
        for (String protocol : List.of("TLSv1.2", "TLSv1.3")) {
            try (SSLSocket socket = TestCertificates.connect(trusting(), testHub.port(), protocol)) {
                assertThat(socket.getSession().getProtocol()).isEqualTo(protocol);
                assertThat(socket.getSession().getCipherSuite()).contains("_GCM_");
            }
        }
        for (String rejected :
                List.of("-tls1_1", "-tls1_2 -cipher AES128-SHA256", "-tls1_2 -cipher DHE-RSA-AES128-GCM-SHA256")) {
            assertThat(sClient("-cipher DEFAULT@SECLEVEL=0 " + rejected)).contains("Cipher is (NONE)");
        }
    }

    private String sClient(String options) throws Exception {
        Process process = new ProcessBuilder(
                        "sh",
                        "-c",
                        "openssl s_client -connect 127.0.0.1:" + testHub.port() + " " + options
                                + " </dev/null 2>&1 || true")
                .start();
        String output = new String(process.getInputStream().readAllBytes(), US_ASCII);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return output;
    }

    @Test
    @DisplayName("H-90 a client resumes its TLS session on a new connection")
    void session_isResumed() throws Exception {
        for (String protocol : List.of("-tls1_2", "-tls1_3")) {
            Path session = folder.resolve("session" + protocol);
            String request =
                    "printf 'GET /-/health/ready HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n'"
                            + " | openssl s_client -ign_eof -connect 127.0.0.1:" + testHub.port() + " " + protocol;
            try (ExternalProcess first = ExternalProcess.start(folder, "sh", "-c", request + " -sess_out " + session)) {
                first.awaitSuccess();
                assertThat(first.output()).contains("New, TLS");
            }
            try (ExternalProcess second = ExternalProcess.start(folder, "sh", "-c", request + " -sess_in " + session)) {
                second.awaitSuccess();
                assertThat(second.output()).contains("Reused, TLS").contains("200 OK");
            }
        }
    }

    @Test
    @DisplayName("H-92 the certificate is selected by the name that the client requests")
    void certificate_isSelectedByName() throws Exception {
        assertThat(certificateFor("localhost")).isEqualTo(pair.read());
        assertThat(certificateFor("HUB.example")).isEqualTo(rsa.read());
        assertThat(certificateFor("other.example")).isEqualTo(wildcard.read());
        assertThat(certificateFor("a.b.example")).isEqualTo(pair.read());
        assertThat(certificateFor("unknown.test")).isEqualTo(pair.read());
    }

    private Certificate certificateFor(String name) throws IOException {
        try (SSLSocket socket = (SSLSocket) trusting().getSocketFactory().createSocket("127.0.0.1", testHub.port())) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(name)));
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return socket.getSession().getPeerCertificates()[0];
        }
    }

    @Test
    @DisplayName("H-94 plain HTTP on a port with TLS: a GET is redirected, other requests are rejected")
    void plainHttp_isRedirectedOrRejected() throws Exception {
        String port = ":" + testHub.port();
        try (RawHttpClient browser = testHub.connect()) {
            browser.send("GET /numbers?since=all HTTP/1.1\r\nHost: hub.example" + port + "\r\n\r\n");
            assertThat(browser.response())
                    .startsWith("HTTP/1.1 308 ")
                    .containsIgnoringCase("\r\nlocation: https://hub.example" + port + "/numbers?since=all\r\n");
        }
        for (String request : List.of(
                "POST /numbers HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n7",
                "GET /numbers HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer x\r\n\r\n",
                "GET /numbers?since=all&ticket=x HTTP/1.1\r\nHost: localhost\r\n\r\n")) {
            try (RawHttpClient client = testHub.connect()) {
                assertThat(client.send(request).response())
                        .startsWith("HTTP/1.1 400 ")
                        .contains("\"code\":\"tls-required\"")
                        .contains("https://localhost");
            }
        }
        try (RawHttpClient client = testHub.connect()) {
            assertThat(client.send("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n").response())
                    .startsWith("HTTP/1.1 400 ");
        }
    }

    @Test
    @DisplayName("H-90 a response after which the connection is closed arrives whole, then the closing alert")
    void lastResponse_arrivesWhole() throws Exception {
        try (RawHttpClient client = connect("TLSv1.2")) {
            client.send("GET /-/health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            assertThat(client.response()).startsWith("HTTP/1.1 200 ");
            assertThat(client.readOnce()).isEmpty();
        }
    }

    @Test
    @DisplayName("H-95 a client that renegotiates is disconnected")
    void renegotiation_isRejected() throws Exception {
        try (SSLSocket socket = TestCertificates.connect(trusting(), testHub.port(), "TLSv1.2")) {
            RawHttpClient client = new RawHttpClient(socket);
            client.send("GET /-/health/ready HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(client.response()).startsWith("HTTP/1.1 200 ");
            assertThatThrownBy(() -> {
                        socket.startHandshake();
                        client.send("GET /-/health/ready HTTP/1.1\r\nHost: localhost\r\n\r\n")
                                .response();
                    })
                    .isInstanceOf(IOException.class)
                    .isNotInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    @DisplayName("H-280 a client that asks for new keys again and again, without sending data, is disconnected")
    void keyUpdatesWithoutData_areLimited() throws Exception {
        String request = "GET /-/health/ready HTTP/1.1\r\nHost: localhost\r\n\r\n";
        try (SSLSocket socket = TestCertificates.connect(trusting(), testHub.port(), "TLSv1.3")) {
            RawHttpClient client = new RawHttpClient(socket);
            // When it asks between requests, Then it is served
            for (int i = 0; i < 40; i++) {
                socket.startHandshake(); // sends a KeyUpdate
                if (i % 20 == 0) {
                    assertThat(client.send(request).response()).startsWith("HTTP/1.1 200 ");
                }
            }
            // When it only asks, Then it is disconnected
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 100_000; i++) {
                            socket.startHandshake();
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
        await().untilAsserted(() -> {
            try (RawHttpClient client = connect()) {
                assertThat(client.send("GET /-/metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
                                .response())
                        .containsPattern("disconnects_total\\{reason=\"refused\"} [1-9]");
            }
        });
    }

    @Test
    @DisplayName("H-90 a client that does not trust the certificate fails; the hub goes on")
    void distrust_endsTheHandshake() throws Exception {
        assertThatThrownBy(() -> TestCertificates.connect(TestCertificates.trusting(rsa), testHub.port()))
                .isInstanceOf(SSLException.class);
        try (RawHttpClient client = connect()) {
            client.send("GET /-/health/ready HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(client.response()).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    @DisplayName("H-220 with TLS a page of the hub's host that was loaded without TLS is foreign")
    void pageWithoutTls_isForeign() throws Exception {
        for (String host : List.of("localhost", "localhost:" + testHub.port())) {
            String request = "HEAD /x HTTP/1.1\r\nHost: " + host + "\r\nOrigin: %s://" + host + "\r\n\r\n";
            try (RawHttpClient client = connect()) {
                assertThat(client.send(request.formatted("https")).head()).startsWith("HTTP/1.1 200 ");
                assertThat(client.send(request.formatted("http")).head()).startsWith("HTTP/1.1 403 ");
            }
        }
    }

    @Test
    @DisplayName(
            "H-271 with http.tls.hsts each response over TLS tells browsers to use TLS only, responses without TLS do not; it"
                    + " is off by default")
    void strictTransport_isOptional() throws Exception {
        String request = "GET /-/health/ready HTTP/1.1\r\nHost: localhost\r\n\r\n";
        String header = "strict-transport-security";
        try (RawHttpClient client = connect()) {
            assertThat(client.send(request).response()).doesNotContainIgnoringCase(header);
        }
        try (TestHub strict = TestHub.start(pair.settings("tls.hsts = '365d'"))) {
            for (String each : List.of(
                    request,
                    request.replace("/-/health/ready", "/a//b"),
                    request.replace("GET /-/health/ready", "HEAD /x"))) {
                try (RawHttpClient client = new RawHttpClient(TestCertificates.connect(trusting(), strict.port()))) {
                    assertThat(client.send(each).head()).containsIgnoringCase(header + ": max-age=31536000\r\n");
                }
            }
            try (RawHttpClient stream = new RawHttpClient(TestCertificates.connect(trusting(), strict.port()));
                    RawHttpClient plain = strict.connect()) {
                assertThat(stream.send("GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n")
                                .head())
                        .containsIgnoringCase(header);
                assertThat(plain.send(request).response())
                        .startsWith("HTTP/1.1 308 ")
                        .doesNotContainIgnoringCase(header);
            }
        }
    }
}
