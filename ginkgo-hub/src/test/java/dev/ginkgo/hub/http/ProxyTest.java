package dev.ginkgo.hub.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.HubAccess;
import dev.ginkgo.hub.testing.ExternalProcess;
import dev.ginkgo.hub.testing.JdkWebSocketClient;
import dev.ginkgo.hub.testing.NodeJs;
import dev.ginkgo.hub.testing.Proxy;
import dev.ginkgo.hub.testing.ProxyProcess;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The hub behind real proxies, each configured as in {@code docs/proxies.md}. */
class ProxyTest {
    static final String HOST = "hub.example.org";

    /** Less than the 200 ms for which Linux keeps back data of an application that announces more. */
    private static final Duration NO_DELAY = Duration.ofMillis(100);

    @TempDir
    private Path folder = Path.of("");

    @ParameterizedTest
    @EnumSource
    @DisplayName("H-17 H-67 through a proxy each format is streamed message by message, and POST works")
    void documentedConfiguration_streamsAtOnce(Proxy proxy) throws Exception {
        try (TestHub testHub = hub();
                ProxyProcess proxyProcess = ProxyProcess.start(proxy, folder, testHub.port())) {
            assertStreams(testHub, proxyProcess);
            String url = "http://127.0.0.1:" + proxyProcess.port() + "/x";
            assertThat(TestHub.curl("-H", "Host: " + HOST, "-H", "Origin: https://" + HOST, "-d", "7", url))
                    .startsWith("{\"id\":\"");
            assertThat(TestHub.curl("-H", "Host: " + HOST, "-H", "Origin: https://elsewhere.example", "-d", "7", url))
                    .contains("foreign-origin");
            assertThat(TestHub.curl("-H", "Host: rebound.example", "-d", "7", url))
                    .contains("foreign-host");
            String metrics = "http://127.0.0.1:" + proxyProcess.port() + "/-/metrics";
            assertThat(TestHub.curl("-H", "Host: localhost", metrics))
                    .as("a remote client behind a local proxy")
                    .contains("loopback-only");
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("H-67 a proxy does not keep back messages until more data follows")
    void documentedConfiguration_doesNotDelayMessages(Proxy proxy) throws Exception {
        try (TestHub testHub = hub();
                ProxyProcess proxyProcess = ProxyProcess.start(proxy, folder, testHub.port());
                RawHttpClient stream = stream(proxyProcess.port(), "text/plain")) {
            List<Duration> delays = new ArrayList<>();

            // When, Then: a proxy that delays messages delays each of them, a busy machine only some
            await().atMost(ExternalProcess.TIMEOUT)
                    .pollInterval(Duration.ofMillis(1))
                    .untilAsserted(() -> {
                        String message = "<" + delays.size() + ">";
                        long start = System.nanoTime();
                        testHub.post("/x", message);
                        stream.readTo(message);
                        delays.add(Duration.ofNanos(System.nanoTime() - start));
                        assertThat(delays).anyMatch(delay -> delay.compareTo(NO_DELAY) < 0);
                    });
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "VARNISH")
    @DisplayName("H-67 a proxy that can watch its clients ends the subscription of one that leaves, without a message")
    void documentedConfiguration_noticesClientsThatLeave(Proxy proxy) throws Exception {
        try (TestHub testHub = TestHub.start("allowed-hosts = ['" + HOST + "']", "heartbeat = '1h'");
                ProxyProcess proxyProcess = ProxyProcess.start(proxy, folder, testHub.port())) {
            try (RawHttpClient _ = stream(proxyProcess.port(), "text/plain")) {
                await().until(() -> testHub.hub().stats().subscribers() == 1);
            }
            await().atMost(ExternalProcess.TIMEOUT)
                    .until(() -> testHub.hub().stats().subscribers() == 0);
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("H-67 a proxy lets equal polls of several clients wait at the same time")
    void documentedConfiguration_doesNotQueuePolls(Proxy proxy) throws Exception {
        try (TestHub testHub = hub();
                ProxyProcess proxyProcess = ProxyProcess.start(proxy, folder, testHub.port());
                HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest poll = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + proxyProcess.port() + "/x?poll=1&wait=45s"))
                    .build();
            List<CompletableFuture<HttpResponse<String>>> responses = IntStream.range(0, 3)
                    .mapToObj(_ -> client.sendAsync(poll, HttpResponse.BodyHandlers.ofString()))
                    .toList();

            // When
            await().atMost(ExternalProcess.TIMEOUT)
                    .until(() -> testHub.hub().stats().subscribers() == responses.size());
            testHub.post("/x", "7");

            // Then
            for (CompletableFuture<HttpResponse<String>> each : responses) {
                assertThat(each.get(ExternalProcess.TIMEOUT.toSeconds(), TimeUnit.SECONDS)
                                .body())
                        .startsWith("7\n");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName(
            "H-15 after a restart of its proxy an EventSource reconnects with its last id and receives what it missed;"
                    + " H-260 its stream is compressed by the hub, and passes the proxy at once")
    void eventSource_resumesAfterProxyRestart(Proxy proxy) throws Exception {
        try (TestHub testHub = TestHub.start("compression = 'all'");
                ProxyProcess proxyProcess = ProxyProcess.start(proxy, folder, testHub.port());
                ExternalProcess source =
                        NodeJs.run("eventsource.mjs", "http://127.0.0.1:" + proxyProcess.port() + "/x")) {
            source.awaitOutput("start {");
            publish(testHub, 1, 10);
            source.awaitOutput(" 10\n");
            assertThat(HubAccess.http(testHub.hub()).openStreams())
                    .extracting(stream -> stream.wireFormat().displayName())
                    .containsExactly("gzip-sse");

            // When
            proxyProcess.stop();
            await().atMost(ExternalProcess.TIMEOUT)
                    .until(() -> testHub.hub().stats().subscribers() == 0);
            publish(testHub, 11, 20);
            proxyProcess.restart();
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
    static void assertStreams(TestHub testHub, ProxyProcess proxyProcess) throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        List<RawHttpClient> open = new ArrayList<>();
        try (JdkWebSocketClient socket =
                new JdkWebSocketClient(client, URI.create("ws://127.0.0.1:" + proxyProcess.port() + "/x"))) {
            for (String type : List.of("text/plain", "text/event-stream", "application/x-ndjson")) {
                open.add(stream(proxyProcess.port(), type));
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
        await().atMost(ExternalProcess.TIMEOUT).until(() -> {
            testHub.post("/x", "a proxy may notice only now that its clients have left");
            return testHub.hub().stats().subscribers() == 0;
        });
    }

    private static RawHttpClient stream(int port, String type) throws IOException {
        RawHttpClient rawHttpClient =
                new RawHttpClient(port).send("GET /x HTTP/1.1\r\nHost: " + HOST + "\r\nAccept: " + type + "\r\n\r\n");
        assertThat(rawHttpClient.head()).startsWith("HTTP/1.1 200 OK").containsIgnoringCase("content-type: " + type);
        return rawHttpClient;
    }

    static TestHub hub() {
        return TestHub.start("allowed-hosts = ['" + HOST + "']");
    }

    private static void publish(TestHub testHub, int first, int last) throws Exception {
        for (int i = first; i <= last; i++) {
            testHub.post("/x", Integer.toString(i));
        }
    }
}
