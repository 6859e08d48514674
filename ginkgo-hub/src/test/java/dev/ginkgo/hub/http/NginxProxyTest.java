package dev.ginkgo.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
class NginxTest {
    private static final String HOST = "hub.example.org";

    @TempDir
    private Path folder = Path.of("");

    @Test
    @DisplayName(
            "H-17 through nginx as the docs have it, each form streams at once, message by message, and POST works")
    void documented() throws Exception {
        try (Front front = hub();
                Nginx nginx = Nginx.start(folder, Nginx.documented(), front.port())) {
            assertStreams(front, nginx);
            String url = "http://127.0.0.1:" + nginx.port() + "/x";
            assertThat(Front.curl("-H", "Host: " + HOST, "-H", "Origin: https://" + HOST, "-d", "7", url))
                    .startsWith("{\"id\":\"");
            assertThat(Front.curl("-H", "Host: " + HOST, "-H", "Origin: https://elsewhere.example", "-d", "7", url))
                    .contains("foreign-origin");
            assertThat(Front.curl("-H", "Host: rebound.example", "-d", "7", url))
                    .contains("foreign-host");
            String metrics = "http://127.0.0.1:" + nginx.port() + "/-/metrics";
            assertThat(Front.curl("-H", "Host: localhost", metrics))
                    .as("a stranger behind a proxy that is near")
                    .contains("loopback-only");
        }
    }

    @Test
    @DisplayName("H-17 nginx as it comes would keep answers back: the hub's X-Accel-Buffering says no")
    void buffering() throws Exception {
        String http = Nginx.documented().replace("proxy_buffering off;", "");
        assertThat(http).contains("proxy_pass").doesNotContain("proxy_buffering");
        try (Front front = hub();
                Nginx nginx = Nginx.start(folder, http, front.port())) {
            assertStreams(front, nginx);
        }
    }

    @Test
    @DisplayName("through a proxy that speaks HTTP/1.0 a stream is a 505 that says what to do")
    void oldHttp() throws Exception {
        String http = Nginx.documented().replace("proxy_http_version 1.1;", "proxy_http_version 1.0;");
        try (Front front = hub();
                Nginx nginx = Nginx.start(folder, http, front.port())) {
            assertThat(Front.curl("-i", "-H", "Host: " + HOST, "http://127.0.0.1:" + nginx.port() + "/x"))
                    .startsWith("HTTP/1.1 505")
                    .contains("proxy_http_version 1.1");
        }
    }

    @Test
    @DisplayName(
            "H-15 when nginx is restarted, an EventSource comes back by itself with its last id and gets what it missed")
    void restart() throws Exception {
        try (Front front = Front.start();
                Nginx nginx = Nginx.start(folder, Nginx.documented(), front.port());
                Spawned source = Node.run("eventsource.mjs", "http://127.0.0.1:" + nginx.port() + "/x")) {
            source.awaitOutput("start {");
            publish(front, 1, 10);
            source.awaitOutput(" 10\n");

            // When
            nginx.stop();
            await().atMost(Spawned.PATIENCE).until(() -> front.hub().stats().readers() == 0);
            publish(front, 11, 20);
            nginx.startAgain();
            await().atMost(Spawned.PATIENCE).until(() -> front.hub().stats().readers() == 1);
            publish(front, 21, 30);

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

    /** In each form: the head at once, and each message before the next is published. */
    private static void assertStreams(Front front, Nginx nginx) throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        List<Wired> open = new ArrayList<>();
        try (JdkWebSocket socket = new JdkWebSocket(client, URI.create("ws://127.0.0.1:" + nginx.port() + "/x"))) {
            for (String type : List.of("text/plain", "text/event-stream", "application/x-ndjson")) {
                open.add(stream(nginx.port(), type));
            }
            await().until(() -> front.hub().stats().readers() == 4);
            for (int i = 0; i < 20; i++) {
                String message = "<" + i + ">";
                front.post("/x", message);
                for (Wired each : open) {
                    each.readTo(message);
                }
                await().atMost(Duration.ofSeconds(5))
                        .pollInterval(Duration.ofMillis(5))
                        .until(() -> socket.texts().contains(message));
            }
        } finally {
            for (Wired each : open) {
                each.close();
            }
            client.shutdownNow();
        }
        await().until(() -> front.hub().stats().readers() == 0);
    }

    private static Wired stream(int port, String type) throws IOException {
        Wired wired = new Wired(port).send("GET /x HTTP/1.1\r\nHost: " + HOST + "\r\nAccept: " + type + "\r\n\r\n");
        assertThat(wired.head()).startsWith("HTTP/1.1 200 OK").containsIgnoringCase("content-type: " + type);
        return wired;
    }

    private static Front hub() {
        return Front.start("allowed-hosts = ['" + HOST + "']");
    }

    private static void publish(Front front, int first, int last) throws Exception {
        for (int i = first; i <= last; i++) {
            front.post("/x", Integer.toString(i));
        }
    }
}
