package dev.ginkgo.hub.http.h2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.HubAccess;
import dev.ginkgo.hub.connection.ChannelConnection;
import dev.ginkgo.hub.http.StreamRegistry;
import dev.ginkgo.hub.testing.ExternalProcess;
import dev.ginkgo.hub.testing.NodeJs;
import dev.ginkgo.hub.testing.TestCertificates;
import dev.ginkgo.hub.testing.TestCertificates.Pair;
import dev.ginkgo.hub.testing.TestHub;
import io.netty.channel.Channel;
import io.netty.handler.codec.http2.Http2StreamChannel;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** HTTP/2 with clients that are not ours, over TLS and with prior knowledge. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class Http2ClientsTest {
    private Path folder = Path.of("");
    private Pair pair = new Pair(Path.of(""), Path.of(""));
    private TestHub secure = TestHub.startHub("http.enabled = false");
    private TestHub plain = secure;

    @BeforeAll
    void start(@TempDir Path files) {
        secure.close();
        folder = files;
        pair = new TestCertificates(files).localhost("server");
        secure = TestHub.start(pair.settings());
        plain = TestHub.start();
    }

    @AfterAll
    void stop() {
        plain.close();
        secure.close();
    }

    private String secureUri(String path) {
        return "https://localhost:" + secure.port() + path;
    }

    private ExternalProcess curl(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                "curl", "-sS", "-N", "-m", "60", "--cacert", pair.certificate().toString()));
        command.addAll(List.of(arguments));
        return ExternalProcess.start(folder, command.toArray(String[]::new));
    }

    @Test
    @DisplayName("H-97 curl publishes and receives every form over HTTP/2, with TLS and with prior knowledge")
    void curl_usesEveryForm() throws Exception {
        everyForm(secure, "--http2", secureUri("/forms"));
        everyForm(plain, "--http2-prior-knowledge", plain.uri("/forms").toString());
    }

    private void everyForm(TestHub testHub, String version, String url) throws Exception {
        try (ExternalProcess lines = curl(version, url);
                ExternalProcess ids = curl(version, url + "?ids=1");
                ExternalProcess events = curl(version, "-H", "Accept: text/event-stream", url);
                ExternalProcess objects = curl(version, url + "?as=ndjson")) {
            await().atMost(ExternalProcess.TIMEOUT)
                    .until(() -> testHub.hub().stats().subscribers() == 4);

            // When
            try (ExternalProcess publish = curl(version, "-w", " %{http_version} %{http_code}\n", "-d", "seven", url)) {
                publish.awaitSuccess();
                assertThat(publish.output()).contains("\"receivers\":4").contains(" 2 200");
            }

            // Then
            lines.awaitOutput("seven\n");
            assertThat(lines.output()).isEqualTo("seven\n");
            ids.awaitOutput("\tseven\n");
            events.awaitOutput("data: seven\n\n");
            assertThat(events.output()).startsWith("event: start\n");
            objects.awaitOutput("\"data\":\"seven\"}\n");
            try (ExternalProcess poll = curl(version, "-i", url + "?poll=1&since=all")) {
                poll.awaitSuccess();
                assertThat(poll.output())
                        .startsWith("HTTP/2 200")
                        .contains("last-event-id: ")
                        .contains("seven\n");
            }
            try (ExternalProcess rejected = curl(version, "-i", "-X", "DELETE", url)) {
                rejected.awaitSuccess();
                assertThat(rejected.output()).startsWith("HTTP/2 405").contains("method-not-allowed");
            }
        }
        await().atMost(ExternalProcess.TIMEOUT)
                .until(() -> testHub.hub().stats().subscribers() == 0);
    }

    @Test
    @DisplayName("H-97 nghttp and h2load get their responses over one connection, with TLS and with prior knowledge")
    void nghttpAndH2load_getResponses() throws Exception {
        for (String url : List.of(
                secureUri("/-/health/ready"), plain.uri("/-/health/ready").toString())) {
            try (ExternalProcess nghttp = ExternalProcess.start(folder, "nghttp", "-v", "-n", "-y", url)) {
                nghttp.awaitSuccess();
                assertThat(nghttp.output()).contains(":status: 200");
            }
            try (ExternalProcess load =
                    ExternalProcess.start(folder, "h2load", "-n", "500", "-c", "2", "-m", "50", url)) {
                load.awaitSuccess();
                assertThat(load.output()).contains("500 succeeded, 0 failed, 0 errored");
            }
        }
    }

    @Test
    @DisplayName("H-97 npm's undici opens streams and publishes over one connection of HTTP/2")
    void undici_sharesOneConnection() throws Exception {
        try (ExternalProcess undici = NodeJs.run(
                "undici.mjs", secureUri("/undici"), pair.certificate().toString())) {
            for (int i = 1; i <= 3; i++) {
                undici.awaitOutput("stream " + i + " received three\n");
            }
            undici.awaitOutput("published three 200 3\n");
            assertThat(undici.lines()).contains("stream 1 200", "stream 2 200", "stream 3 200", "published one 200 3");
            assertThat(HubAccess.http(secure.hub()).openStreams())
                    .hasSize(3)
                    .allSatisfy(stream -> assertThat(channelOf(stream)).isInstanceOf(Http2StreamChannel.class));
            assertThat(HubAccess.http(secure.hub()).openStreams().stream()
                            .map(stream -> channelOf(stream).parent())
                            .distinct())
                    .hasSize(1);
        }
        await().atMost(ExternalProcess.TIMEOUT).until(() -> secure.hub().stats().subscribers() == 0);
    }

    @Test
    @DisplayName("H-97 Java's HttpClient publishes and polls over HTTP/2")
    void javaClient_publishesAndPolls() throws Exception {
        HttpClient client = HttpClient.newBuilder()
                .sslContext(TestCertificates.trusting(pair))
                .version(HttpClient.Version.HTTP_2)
                .build();
        try {
            String text = "x".repeat(300_000); // more than a window of flow control, in both directions
            HttpResponse<String> published = client.send(
                    HttpRequest.newBuilder(URI.create(secureUri("/java")))
                            .POST(HttpRequest.BodyPublishers.ofString(text))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(published.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(published.statusCode()).isEqualTo(200);
            HttpResponse<String> polled = client.send(
                    HttpRequest.newBuilder(URI.create(secureUri("/java?poll=1&since=all")))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(polled.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(polled.body()).contains(text);
        } finally {
            client.shutdownNow();
        }
    }

    private static Channel channelOf(StreamRegistry.OpenStream stream) {
        return ((ChannelConnection) stream.connection()).channel();
    }
}
