package dev.ginkgo.hub.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import dev.ginkgo.testing.FakeClock;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class HttpStreamTest {
    @Test
    @DisplayName("H-17 each form has its media type, comes at once, and is kept by nobody on the way")
    void heads() throws IOException {
        try (TestHub testHub = TestHub.start()) {
            assertThat(head(testHub, "Accept: */*")).contains("content-type: text/plain; charset=utf-8\r\n");
            assertThat(head(testHub, "X: y")).contains("content-type: text/plain; charset=utf-8\r\n");
            assertThat(head(testHub, "Accept: text/event-stream")).contains("content-type: text/event-stream\r\n");
            assertThat(head(testHub, "Accept: application/x-ndjson, */*;q=0.1"))
                    .contains("content-type: application/x-ndjson\r\n")
                    .contains(
                            "cache-control: no-cache\r\n",
                            "X-Accel-Buffering: no\r\n",
                            "transfer-encoding: chunked\r\n");
            try (RawHttpClient asked = testHub.request("GET /x?as=sse")) {
                assertThat(asked.head()).contains("content-type: text/event-stream\r\n");
                assertThat(asked.readTo("\n\n")).contains("event: start\n");
            }
        }
    }

    private static String head(TestHub testHub, String accept) throws IOException {
        try (RawHttpClient rawHttpClient = testHub.request("GET /x", accept)) {
            return rawHttpClient.head();
        }
    }

    @Test
    @DisplayName("HEAD tells what GET would, and opens no stream")
    void headMethod() throws IOException {
        try (TestHub testHub = TestHub.start();
                RawHttpClient rawHttpClient = testHub.request("HEAD /x?as=sse")) {
            assertThat(rawHttpClient.head()).startsWith("HTTP/1.1 200").contains("text/event-stream");
            assertThat(rawHttpClient
                            .send("GET /-/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
                            .response())
                    .startsWith("HTTP/1.1 200");
            assertThat(testHub.hub().stats().subscribers()).isZero();
        }
    }

    @Test
    @DisplayName("H-02 a reader that disconnects is gone at once, in every form, however it leaves")
    void disconnect() throws Exception {
        try (TestHub testHub = TestHub.start()) {
            List<RawHttpClient> readers = new ArrayList<>();
            for (String as : new String[] {"lines", "sse", "ndjson"}) {
                for (int i = 0; i < 3; i++) {
                    RawHttpClient reader = testHub.request("GET /x?as=" + as);
                    reader.head();
                    readers.add(reader);
                }
            }
            await().until(() -> testHub.hub().stats().subscribers() == 9);

            // When
            for (int i = 0; i < 9; i += 3) {
                readers.get(i).close();
                readers.get(i + 1).reset();
                readers.get(i + 2).shutdownOutput();
            }

            // Then
            await().atMost(Duration.ofSeconds(1))
                    .until(() -> testHub.hub().stats().subscribers() == 0);
            for (RawHttpClient reader : readers) {
                reader.close();
            }
        }
    }

    @Test
    @DisplayName("H-11 H-17 a silent stream gets a sign of life after the heartbeat, in its own form")
    void heartbeat() throws IOException {
        FakeClock clock = new FakeClock();
        try (TestHub testHub = TestHub.start(clock, "heartbeat = '15s'");
                RawHttpClient lines = testHub.lines("/x");
                RawHttpClient sse = testHub.request("GET /x?as=sse");
                RawHttpClient ndjson = testHub.request("GET /x?as=ndjson")) {
            sse.head();
            sse.readTo("\n\n");
            ndjson.head();
            ndjson.readTo("\n\r\n");
            await().until(() -> testHub.hub().stats().subscribers() == 3);

            // When
            clock.advance(Duration.ofSeconds(16));

            // Then
            assertThat(lines.readTo("\n\r\n")).isEqualTo("1\r\n\n\r\n");
            assertThat(sse.readTo("\n\n\r\n")).isEqualTo("\r\n3\r\n:\n\n\r\n");
            assertThat(ndjson.readTo("\n\r\n")).contains("{\"event\":\"heartbeat\"}");
        }
    }

    @Test
    @DisplayName("the client of the JDK reads lines as they come")
    void httpClient() throws Exception {
        try (TestHub testHub = TestHub.start();
                HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<Stream<String>> response =
                    client.send(HttpRequest.newBuilder(testHub.uri("/x")).build(), HttpResponse.BodyHandlers.ofLines());
            try (Stream<String> lines = response.body()) {
                Iterator<String> each = lines.iterator();
                testHub.post("/x", "one");
                testHub.post("/x", "two");
                assertThat(each.next()).isEqualTo("one");
                assertThat(each.next()).isEqualTo("two");
            }
        }
    }

    @Test
    @DisplayName("H-05 a reader of /a hears nothing of /ab")
    void otherChannel() throws Exception {
        try (TestHub testHub = TestHub.start();
                RawHttpClient reader = testHub.lines("/a")) {
            testHub.post("/ab", "no");
            testHub.post("/a/b", "no");
            testHub.post("/A", "no");
            testHub.post("/a", "yes");
            assertThat(reader.readTo("yes")).isEqualTo("4\r\nyes");
        }
    }

    @Test
    @DisplayName("what a client sends on a stream is not listened to, and ends nothing")
    void chatter() throws Exception {
        try (TestHub testHub = TestHub.start();
                RawHttpClient reader = testHub.lines("/x")) {
            reader.send("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n1" + "x".repeat(100_000));
            testHub.post("/x", "2");
            assertThat(reader.readTo("2\n\r\n")).isEqualTo("2\r\n2\n\r\n");
        }
    }

    @Test
    @DisplayName("a stream needs HTTP/1.1, a publish does not")
    void http10() throws Exception {
        try (TestHub testHub = TestHub.start()) {
            try (RawHttpClient old = testHub.connect()) {
                old.send("GET /x HTTP/1.0\r\nHost: localhost\r\n\r\n");
                assertThat(old.readToEnd())
                        .startsWith("HTTP/1.1 505")
                        .contains("http-version", "proxy_http_version 1.1");
            }
            try (RawHttpClient old = testHub.connect()) {
                old.send("POST /x HTTP/1.0\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n1");
                assertThat(old.readToEnd()).startsWith("HTTP/1.1 200").contains("connection: close");
            }
        }
    }

    @Test
    @DisplayName("H-23 one reader more than a channel may have is told to come back later")
    void maxSubscribers() throws Exception {
        try (TestHub testHub = TestHub.start("max-subscribers = 1");
                RawHttpClient first = testHub.lines("/x");
                RawHttpClient elsewhere = testHub.lines("/y")) {
            assertThat(elsewhere).isNotNull();
            try (RawHttpClient second = testHub.request("GET /x")) {
                assertThat(second.response())
                        .startsWith("HTTP/1.1 429")
                        .contains("Retry-After: ", "too-many-subscribers");
            }
            first.shutdownOutput();
            await().untilAsserted(() -> {
                try (RawHttpClient third = testHub.request("GET /x")) {
                    assertThat(third.head()).startsWith("HTTP/1.1 200");
                }
            });
        }
    }

    @Test
    @DisplayName("H-23 one channel more than there may be is refused to readers and publishers alike")
    void maxChannels() throws Exception {
        try (TestHub testHub = TestHub.startHub("max-channels = 1");
                RawHttpClient first = testHub.lines("/x")) {
            assertThat(first).isNotNull();
            try (RawHttpClient second = testHub.request("GET /y")) {
                assertThat(second.readToEnd())
                        .startsWith("HTTP/1.1 429")
                        .contains("too-many-channels", "Retry-After: ");
            }
            assertThat(testHub.post("/y", "").statusCode()).isEqualTo(429);
        }
    }
}
