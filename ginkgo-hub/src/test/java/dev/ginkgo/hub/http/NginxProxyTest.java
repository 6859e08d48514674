package dev.ginkgo.hub.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.testing.ExternalProcess;
import dev.ginkgo.hub.testing.JdkWebSocketClient;
import dev.ginkgo.hub.testing.NginxProcess;
import dev.ginkgo.hub.testing.NodeJs;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The hub behind a real nginx. */
class NginxProxyTest {
    private static final String HOST = "hub.example.org";

    @TempDir
    private Path folder = Path.of("");

    @Test
    @DisplayName(
            "H-17 through nginx, configured as documented, each format is streamed message by message, and POST works")
    void documentedConfiguration_streamsAtOnce() throws Exception {
        try (TestHub testHub = hub();
                NginxProcess nginxProcess = NginxProcess.start(folder, NginxProcess.documented(), testHub.port())) {
            assertStreams(testHub, nginxProcess);
            String url = "http://127.0.0.1:" + nginxProcess.port() + "/x";
            assertThat(TestHub.curl("-H", "Host: " + HOST, "-H", "Origin: https://" + HOST, "-d", "7", url))
                    .startsWith("{\"id\":\"");
            assertThat(TestHub.curl("-H", "Host: " + HOST, "-H", "Origin: https://elsewhere.example", "-d", "7", url))
                    .contains("foreign-origin");
            assertThat(TestHub.curl("-H", "Host: rebound.example", "-d", "7", url))
                    .contains("foreign-host");
            String metrics = "http://127.0.0.1:" + nginxProcess.port() + "/-/metrics";
            assertThat(TestHub.curl("-H", "Host: localhost", metrics))
                    .as("a remote client behind a local proxy")
                    .contains("loopback-only");
        }
    }

    @Test
    @DisplayName("H-17 nginx with its default buffering does not buffer streams, because of X-Accel-Buffering")
    void defaultBuffering_isTurnedOffByHeader() throws Exception {
        String http = NginxProcess.documented().replace("proxy_buffering off;", "");
        assertThat(http).contains("proxy_pass").doesNotContain("proxy_buffering");
        try (TestHub testHub = hub();
                NginxProcess nginxProcess = NginxProcess.start(folder, http, testHub.port())) {
            assertStreams(testHub, nginxProcess);
        }
    }

    @Test
    @DisplayName("through a proxy that uses HTTP/1.0 a stream is a 505 that says what to do")
    void http10Proxy_isRejected() throws Exception {
        String http = NginxProcess.documented().replace("proxy_http_version 1.1;", "proxy_http_version 1.0;");
        try (TestHub testHub = hub();
                NginxProcess nginxProcess = NginxProcess.start(folder, http, testHub.port())) {
            assertThat(TestHub.curl("-i", "-H", "Host: " + HOST, "http://127.0.0.1:" + nginxProcess.port() + "/x"))
                    .startsWith("HTTP/1.1 505")
                    .contains("proxy_http_version 1.1");
        }
    }

    @Test
    @DisplayName("H-15 after a restart of nginx an EventSource reconnects with its last id and receives what it missed")
    void eventSource_resumesAfterProxyRestart() throws Exception {
        try (TestHub testHub = TestHub.start();
                NginxProcess nginxProcess = NginxProcess.start(folder, NginxProcess.documented(), testHub.port());
                ExternalProcess source =
                        NodeJs.run("eventsource.mjs", "http://127.0.0.1:" + nginxProcess.port() + "/x")) {
            source.awaitOutput("start {");
            publish(testHub, 1, 10);
            source.awaitOutput(" 10\n");

            // When
            nginxProcess.stop();
            await().atMost(ExternalProcess.TIMEOUT)
                    .until(() -> testHub.hub().stats().subscribers() == 0);
            publish(testHub, 11, 20);
            nginxProcess.restart();
            await().atMost(ExternalProcess.TIMEOUT)
                    .until(() -> testHub.hub().stats().subscribers() == 1);
            publish(testHub, 21, 30);

            // Then
            source.awaitOutput(" 30\n");
            List<String> starts = source.lines().stream()
                    .filter(line -> line.startsWith("start "))
                    .toList();
            assertThat(starts).hasSize(2);
            assertThat(starts.getLast()).contains("\"recovered\":true");
            assertThat(source.lines().stream()
                            .filter(line -> line.startsWith("message "))
                            .map(line -> line.substring(line.lastIndexOf(' ') + 1)))
                    .containsExactlyElementsOf(IntStream.rangeClosed(1, 30)
                            .mapToObj(Integer::toString)
                            .toList());
        }
    }

    /** Checks in each format that the head arrives at once, and each message before the next is published. */
    private static void assertStreams(TestHub testHub, NginxProcess nginxProcess) throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        List<RawHttpClient> open = new ArrayList<>();
        try (JdkWebSocketClient socket =
                new JdkWebSocketClient(client, URI.create("ws://127.0.0.1:" + nginxProcess.port() + "/x"))) {
            for (String type : List.of("text/plain", "text/event-stream", "application/x-ndjson")) {
                open.add(stream(nginxProcess.port(), type));
            }
            await().until(() -> testHub.hub().stats().subscribers() == 4);
            for (int i = 0; i < 20; i++) {
                String message = "<" + i + ">";
                testHub.post("/x", message);
                for (RawHttpClient each : open) {
                    each.readTo(message);
                }
                await().atMost(Duration.ofSeconds(5))
                        .pollInterval(Duration.ofMillis(5))
                        .until(() -> socket.texts().contains(message));
            }
        } finally {
            for (RawHttpClient each : open) {
                each.close();
            }
            client.shutdownNow();
        }
        await().until(() -> testHub.hub().stats().subscribers() == 0);
    }

    private static RawHttpClient stream(int port, String type) throws IOException {
        RawHttpClient rawHttpClient =
                new RawHttpClient(port).send("GET /x HTTP/1.1\r\nHost: " + HOST + "\r\nAccept: " + type + "\r\n\r\n");
        assertThat(rawHttpClient.head()).startsWith("HTTP/1.1 200 OK").containsIgnoringCase("content-type: " + type);
        return rawHttpClient;
    }

    private static TestHub hub() {
        return TestHub.start("allowed-hosts = ['" + HOST + "']");
    }

    private static void publish(TestHub testHub, int first, int last) throws Exception {
        for (int i = first; i <= last; i++) {
            testHub.post("/x", Integer.toString(i));
        }
    }
}
