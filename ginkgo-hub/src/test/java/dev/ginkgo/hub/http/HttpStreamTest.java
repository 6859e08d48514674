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
    @DisplayName("H-17 each format has its media type, starts at once, and has headers against buffering and caching")
    void streamHeads_haveTypeAndNoBuffering() throws IOException {
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
            try (RawHttpClient events = testHub.request("GET /x?as=sse")) {
                assertThat(events.head()).contains("content-type: text/event-stream\r\n");
                assertThat(events.readTo("\n\n")).contains("event: start\n");
            }
        }
    }

    private static String head(TestHub testHub, String accept) throws IOException {
        try (RawHttpClient rawHttpClient = testHub.request("GET /x", accept)) {
            return rawHttpClient.head();
        }
    }

    @Test
    @DisplayName("HEAD returns the headers of GET, and opens no stream")
    void head_opensNoStream() throws IOException {
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
    @DisplayName("H-194 a browser that requests an image, such as its icon for the hub, gets a 404 and no stream")
    void image_isNotFound() throws Exception {
        String chromium = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8";
        String firefox = "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5";
        try (TestHub testHub = TestHub.start()) {
            for (String header : List.of(
                    "Sec-Fetch-Dest: image", "Accept: " + chromium, "Accept: " + firefox, "Accept: image/*,*/*")) {
                try (RawHttpClient browser = testHub.request("GET /favicon.ico", header)) {
                    assertThat(browser.response())
                            .as(header)
                            .startsWith("HTTP/1.1 404 ")
                            .contains("\"code\":\"not-found\"");
                }
            }
            for (String other : List.of(
                    "/favicon.ico?as=lines HTTP/1.1\r\nSec-Fetch-Dest: image",
                    "/favicon.ico HTTP/1.1\r\nAccept: */*",
                    "/favicon.ico HTTP/1.1\r\nAccept: image/png;q=0.1,*/*",
                    "/favicon.ico HTTP/1.1\r\nAccept: image/png,text/event-stream")) {
                try (RawHttpClient client = testHub.connect()) {
                    client.send("GET " + other + "\r\nHost: localhost\r\n\r\n");
                    assertThat(client.head()).as(other).startsWith("HTTP/1.1 200 ");
                }
            }
        }
    }

    @Test
    @DisplayName("H-02 a subscriber that disconnects is removed at once, in every format and in whatever way")
    void disconnectedSubscriber_isRemoved() throws Exception {
        try (TestHub testHub = TestHub.start()) {
            List<RawHttpClient> subscribers = new ArrayList<>();
            for (String format : new String[] {"lines", "sse", "ndjson"}) {
                for (int i = 0; i < 3; i++) {
                    RawHttpClient subscriber = testHub.request("GET /x?as=" + format);
                    subscriber.head();
                    subscribers.add(subscriber);
                }
            }
            await().until(() -> testHub.hub().stats().subscribers() == 9);

            // When
            for (int i = 0; i < 9; i += 3) {
                subscribers.get(i).close();
                subscribers.get(i + 1).reset();
                subscribers.get(i + 2).shutdownOutput();
            }

            // Then
            await().atMost(Duration.ofSeconds(1))
                    .until(() -> testHub.hub().stats().subscribers() == 0);
            for (RawHttpClient subscriber : subscribers) {
                subscriber.close();
            }
        }
    }

    @Test
    @DisplayName("H-11 H-17 a silent stream gets a heartbeat after http.heartbeat, in its own format")
    void silentStream_getsHeartbeat() throws IOException {
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
            assertThat(sse.readTo(":\n\r\n")).isEqualTo("\r\n2\r\n:\n\r\n");
            assertThat(ndjson.readTo("\n\r\n")).contains("{\"event\":\"heartbeat\"}");
        }
    }

    @Test
    @DisplayName("the HTTP client of the JDK receives lines as they are published")
    void jdkHttpClient_receivesLines() throws Exception {
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
    @DisplayName("H-05 a subscriber of /a receives nothing of /ab")
    void otherChannels_areNotReceived() throws Exception {
        try (TestHub testHub = TestHub.start();
                RawHttpClient subscriber = testHub.lines("/a")) {
            testHub.post("/ab", "no");
            testHub.post("/a/b", "no");
            testHub.post("/A", "no");
            testHub.post("/a", "yes");
            assertThat(subscriber.readTo("yes")).isEqualTo("4\r\nyes");
        }
    }

    @Test
    @DisplayName("data that a client sends on a stream is ignored")
    void inputOnStream_isIgnored() throws Exception {
        try (TestHub testHub = TestHub.start();
                RawHttpClient subscriber = testHub.lines("/x")) {
            subscriber.send("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n1" + "x".repeat(100_000));
            testHub.post("/x", "2");
            assertThat(subscriber.readTo("2\n\r\n")).isEqualTo("2\r\n2\n\r\n");
        }
    }

    @Test
    @DisplayName("a stream requires HTTP/1.1, a publish does not")
    void http10_isSupportedForPublishOnly() throws Exception {
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
    @DisplayName("H-23 a subscriber above the limit of its channel gets a 429 with Retry-After")
    void subscriberAboveLimit_isRejected() throws Exception {
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
    @DisplayName("H-23 a channel above the limit is rejected, for subscribers and publishers")
    void channelAboveLimit_isRejected() throws Exception {
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
