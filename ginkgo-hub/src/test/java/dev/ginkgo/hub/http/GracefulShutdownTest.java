package dev.ginkgo.hub.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import dev.ginkgo.time.TimeSource;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class GracefulShutdownTest {
    @Test
    @DisplayName("H-18 a graceful shutdown ends every stream in order, none by a reset, in less than a second")
    void shutdown_endsEveryStreamInOrder() throws Exception {
        List<RawHttpClient> subscribers = new ArrayList<>();
        try (TestHub testHub = TestHub.start()) {
            for (String format : new String[] {"lines", "sse", "ndjson"}) {
                for (int i = 0; i < 10; i++) {
                    RawHttpClient subscriber = testHub.request("GET /x?as=" + format);
                    subscriber.head();
                    subscribers.add(subscriber);
                }
            }
            RawHttpClient socket = testHub.request(
                    "GET /x",
                    "Upgrade: websocket",
                    "Connection: Upgrade",
                    "Sec-WebSocket-Version: 13",
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
            socket.head();
            RawHttpClient idle = testHub.request("GET /-/health/live");
            idle.response();
            await().until(() -> testHub.hub().stats().subscribers() == 31);
            testHub.post("/x", "final message");

            // When
            long start = TimeSource.system().nanos();
            testHub.tree().ginkgo().stop();
            Duration elapsed = Duration.ofNanos(TimeSource.system().nanos() - start);

            // Then
            assertThat(elapsed).isBetween(Duration.ofMillis(400), Duration.ofSeconds(1));
            for (int i = 0; i < subscribers.size(); i++) {
                assertThat(subscribers.get(i).readToEnd())
                        .as("stream " + i)
                        .contains("final message")
                        .endsWith("0\r\n\r\n");
            }
            String frames = socket.readToEnd();
            int close = frames.lastIndexOf(0x88);
            assertThat(frames.charAt(close + 2) << 8 | frames.charAt(close + 3)).isEqualTo(1001);
            assertThat(idle.readToEnd()).isEmpty();
            subscribers.addAll(List.of(socket, idle));
            for (RawHttpClient each : subscribers) {
                each.close();
            }
        }
    }

    @Test
    @DisplayName("H-18 a subscriber that does not read does not delay a graceful shutdown")
    void stuckSubscriber_doesNotDelayShutdown() throws Exception {
        try (TestHub testHub = TestHub.start();
                RawHttpClient stuck = testHub.lines("/x")) {
            assertThat(stuck).isNotNull();
            for (int i = 0; i < 8; i++) {
                testHub.hub().publish("/x", "x".repeat(4 << 20));
            }
            await().until(() -> testHub.hub().stats().pinnedBytes() > 0);

            // When
            long start = TimeSource.system().nanos();
            testHub.tree().ginkgo().stop();

            // Then
            assertThat(Duration.ofNanos(TimeSource.system().nanos() - start)).isLessThan(Duration.ofSeconds(1));
            stuck.reset();
        }
    }

    @Test
    @DisplayName("H-18 an event stream ends with the time after which to reconnect")
    void eventStream_endsWithRetryTime() throws Exception {
        try (TestHub testHub = TestHub.start();
                RawHttpClient subscriber = testHub.request("GET /x?as=sse")) {
            subscriber.head();
            await().until(() -> testHub.hub().stats().subscribers() == 1);
            testHub.tree().ginkgo().stop();
            assertThat(subscriber.readToEnd()).contains("event: bye\n").containsPattern("retry: \\d+\n");
        }
    }

    @Test
    @DisplayName("H-18 readiness fails first, and requests are served for drain-delay")
    void requests_areServedDuringDrainDelay() throws Exception {
        try (TestHub testHub = TestHub.start("drain-delay = '2s'", "drain-time = '0s'");
                RawHttpClient client = testHub.connect()) {
            // When
            Thread stop = Thread.ofVirtual().start(() -> testHub.tree().ginkgo().stop());

            // Then
            await().untilAsserted(() -> {
                client.send("GET /-/health/ready HTTP/1.1\r\nHost: localhost\r\n\r\n");
                assertThat(client.response()).startsWith("HTTP/1.1 503").contains("not-ready", "Retry-After: 1");
            });
            client.send("GET /-/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(client.response()).startsWith("HTTP/1.1 200");
            client.send("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n1");
            assertThat(client.response()).startsWith("HTTP/1.1 200");

            // And then the port is closed
            int port = testHub.port();
            stop.join();
            assertThat(client.readToEnd()).isEmpty();
            assertThat(refusesConnections(port)).isTrue();
        }
    }

    @Test
    @DisplayName("H-13 a publish in progress when the hub stops gets a 503, never a false 200")
    void publishInProgress_isRejectedOnShutdown() throws Exception {
        try (TestHub testHub = TestHub.start();
                RawHttpClient publisher = testHub.connect();
                RawHttpClient stalled = testHub.lines("/y")) {
            assertThat(stalled).isNotNull();
            publisher.send("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
            publisher.head();

            // When
            Thread stop = Thread.ofVirtual().start(() -> testHub.tree().ginkgo().stop());
            stalled.readToEnd();
            publisher.send("ab");

            // Then
            assertThat(publisher.readToEnd()).startsWith("HTTP/1.1 503").contains("\"code\":\"stopping\"");
            stop.join();
        }
    }

    private static boolean refusesConnections(int port) throws IOException {
        try (RawHttpClient rawHttpClient = new RawHttpClient(port)) {
            assertThat(rawHttpClient).isNotNull();
            return false;
        } catch (ConnectException e) {
            return true;
        }
    }
}
