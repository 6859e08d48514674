package dev.ginkgo.hub.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import dev.ginkgo.testing.FakeClock;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

class PipeliningTest {
    private static final String HALF = "POST /x HTTP/1.1\r\nHost: localh";

    @ParameterizedTest
    @ValueSource(strings = {"/-/health/live", "/-/tree", "/a//b"})
    @DisplayName("H-42 half a request that arrives behind a whole one gets a 408 within request-timeout")
    void halfRequestBehindWholeOne_timesOut(String first) throws IOException {
        FakeClock clock = new FakeClock();
        try (TestHub testHub = TestHub.start(clock);
                RawHttpClient client = testHub.connect()) {
            // Given a response that is sent when the second half of the packet has been received, too
            client.send("GET " + first + " HTTP/1.1\r\nHost: localhost\r\n\r\n" + HALF);
            assertThat(client.response()).startsWith("HTTP/1.1 ");
            try (RawHttpClient other = testHub.request("GET /-/health/live")) {
                assertThat(other.response()).startsWith("HTTP/1.1 200");
            }

            // When
            clock.advance(Duration.ofSeconds(11));

            // Then
            assertThat(client.readToEnd()).startsWith("HTTP/1.1 408").contains("request-timeout");
        }
    }

    @Test
    @DisplayName("H-42 a subscription that is pipelined behind a page starts, and ignores what follows")
    void subscriptionBehindPage_starts() throws Exception {
        Logger netty = (Logger) LoggerFactory.getLogger("io.netty");
        ListAppender<ILoggingEvent> logged = new ListAppender<>();
        logged.start();
        netty.addAppender(logged);
        netty.setLevel(Level.WARN);
        try (TestHub testHub = TestHub.start();
                RawHttpClient client = testHub.connect()) {
            String get = " HTTP/1.1\r\nHost: localhost\r\n\r\n";

            // When
            client.send("GET /-/tree" + get + "GET /x?as=ndjson" + get + "GET /-/health/live" + get);

            // Then
            assertThat(client.response()).startsWith("HTTP/1.1 200").contains("\"state\"");
            client.readTo("\"event\":\"start\"");
            testHub.post("/x", "7");
            client.readTo("\"data\":\"7\"");
        } finally {
            netty.setLevel(null);
            netty.detachAppender(logged);
        }
        assertThat(logged.list).as("logged by Netty").isEmpty();
    }
}
