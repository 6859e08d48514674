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
    @DisplayName("H-18 with a longest life streams end in order, spread over its last fifth")
    void spread() throws Exception {
        FakeClock clock = new FakeClock();
        try (TestHub testHub = TestHub.start(clock, "max-lifetime = '100s'", "heartbeat = '1h'");
                ClientGroup readers = ClientGroup.ofSubscribers(100, testHub, "/x")) {
            await().until(() -> testHub.hub().stats().subscribers() == 100);
            testHub.post("/x", "a message");

            // When most of that life is over, then nobody has gone
            clock.advance(Duration.ofSeconds(79));
            assertThat(testHub.hub().stats().subscribers()).isEqualTo(100);

            // When the last fifth is half over, then about a half has
            clock.advance(Duration.ofSeconds(11));
            await().untilAsserted(() ->
                    assertThat(testHub.hub().stats().subscribers()).isBetween(20, 80));

            // When it is over, then all have, each with its farewell
            clock.advance(Duration.ofSeconds(12));
            await().until(() -> testHub.hub().stats().subscribers() == 0);
            for (RawHttpClient reader : readers) {
                assertThat(reader.readToEnd())
                        .contains("a message", "\"reason\":\"max-lifetime\"")
                        .endsWith("0\r\n\r\n");
            }
            assertThat(testHub.get("/-/metrics").body())
                    .contains("ginkgo_hub_disconnects_total{reason=\"max-lifetime\"} 100.0\n");
        }
    }

    @Test
    @DisplayName("a stream without a longest life lives on")
    void none() throws Exception {
        FakeClock clock = new FakeClock();
        try (TestHub testHub = TestHub.start(clock, "heartbeat = '1h'");
                RawHttpClient reader = testHub.lines("/x")) {
            await().until(() -> testHub.hub().stats().subscribers() == 1);
            clock.advance(Duration.ofMinutes(5));
            testHub.post("/x", "still here");
            assertThat(reader.readTo("still here")).isNotEmpty();
        }
    }
}
