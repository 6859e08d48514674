package dev.ginkgo.hub.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import dev.ginkgo.testing.FakeClock;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SlowClientTest {
    @Test
    @DisplayName("H-23 a request that is incomplete at its deadline is a 408")
    void incompleteRequest_timesOut() throws IOException {
        FakeClock clock = new FakeClock();
        try (TestHub testHub = TestHub.start(clock);
                RawHttpClient head = testHub.connect();
                RawHttpClient body = testHub.connect()) {
            head.send("GET /x HTTP/1.1\r\nHost: localh");
            body.send("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n");
            assertThat(body.head()).startsWith("HTTP/1.1 100");
            body.send("12345");
            // a response over the same event loops shows that they have read the bytes of the other connections
            try (RawHttpClient other = testHub.request("GET /-/health/live")) {
                assertThat(other.response()).startsWith("HTTP/1.1 200");
            }

            // When
            clock.advance(Duration.ofSeconds(11));

            // Then
            assertThat(body.readToEnd()).startsWith("HTTP/1.1 408").contains("request-timeout", "connection: close");
            assertThat(head.readToEnd()).startsWith("HTTP/1.1 408");
        }
    }

    @Test
    @DisplayName("an idle connection is closed after a minute, a stream is not")
    void idleConnection_isClosed_butNotStream() throws Exception {
        FakeClock clock = new FakeClock();
        try (TestHub testHub = TestHub.start(clock);
                RawHttpClient stream = testHub.lines("/x");
                RawHttpClient idle = testHub.request("GET /-/health/live")) {
            idle.response();
            await().until(() -> testHub.hub().stats().subscribers() == 1);

            // When
            clock.advance(Duration.ofSeconds(50));
            idle.send("GET /-/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(idle.response()).startsWith("HTTP/1.1 200");
            clock.advance(Duration.ofSeconds(61));

            // Then
            assertThat(idle.readToEnd()).isEmpty();
            testHub.post("/x", "still here");
            assertThat(stream.readTo("still here")).isNotEmpty();
        }
    }

    @Test
    @DisplayName("H-23 connections above the total limit, or above the limit per address, are a 429")
    void connectionsAboveLimit_areRejected() throws IOException {
        try (TestHub testHub = TestHub.start("max-connections = 1");
                RawHttpClient first = testHub.lines("/x")) {
            try (RawHttpClient second = testHub.request("GET /x")) {
                assertThat(second.readToEnd())
                        .startsWith("HTTP/1.1 429")
                        .contains("Retry-After: 5", "too-many-connections");
            }
            first.shutdownOutput();
            await().untilAsserted(() -> {
                try (RawHttpClient third = testHub.request("GET /-/health/live")) {
                    assertThat(third.response()).startsWith("HTTP/1.1 200");
                }
            });
        }
        try (TestHub testHub = TestHub.start("max-connections-per-address = 1");
                RawHttpClient first = testHub.lines("/x")) {
            assertThat(first).isNotNull();
            try (RawHttpClient second = testHub.request("POST /x", "Content-Length: 0")) {
                assertThat(second.readToEnd()).startsWith("HTTP/1.1 429").contains("too-many-from-address");
            }
        }
    }
}
