package dev.ginkgo.hub.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.testing.ClientGroup;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import dev.ginkgo.testing.FakeClock;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class MaxLifetimeTest {
    @Test
    @DisplayName("H-18 with max-lifetime streams end in order, spread over its last fifth")
    void streams_endOverLastFifthOfMaxLifetime() throws Exception {
        FakeClock clock = new FakeClock();
        try (TestHub testHub = TestHub.start(clock, "max-lifetime = '100s'", "heartbeat = '1h'");
                ClientGroup subscribers = ClientGroup.ofSubscribers(100, testHub, "/x")) {
            await().until(() -> testHub.hub().stats().subscribers() == 100);
            testHub.post("/x", "a message");

            // When less than four fifths have passed, then all streams are open
            clock.advance(Duration.ofSeconds(79));
            assertThat(testHub.hub().stats().subscribers()).isEqualTo(100);

            // When nine tenths have passed, then about half of the streams have ended
            clock.advance(Duration.ofSeconds(11));
            await().untilAsserted(() ->
                    assertThat(testHub.hub().stats().subscribers()).isBetween(20, 80));

            // When max-lifetime has passed, then all streams have ended, each with a bye event
            clock.advance(Duration.ofSeconds(12));
            await().until(() -> testHub.hub().stats().subscribers() == 0);
            for (RawHttpClient subscriber : subscribers) {
                assertThat(subscriber.readToEnd())
                        .contains("a message", "\"reason\":\"max-lifetime\"")
                        .endsWith("0\r\n\r\n");
            }
            assertThat(testHub.get("/-/metrics").body())
                    .contains("ginkgo_hub_disconnects_total{reason=\"max-lifetime\"} 100.0\n");
        }
    }

    @Test
    @DisplayName("without max-lifetime a stream stays open")
    void withoutMaxLifetime_streamStaysOpen() throws Exception {
        FakeClock clock = new FakeClock();
        try (TestHub testHub = TestHub.start(clock, "heartbeat = '1h'");
                RawHttpClient subscriber = testHub.lines("/x")) {
            await().until(() -> testHub.hub().stats().subscribers() == 1);
            clock.advance(Duration.ofMinutes(5));
            testHub.post("/x", "still here");
            assertThat(subscriber.readTo("still here")).isNotEmpty();
        }
    }
}
