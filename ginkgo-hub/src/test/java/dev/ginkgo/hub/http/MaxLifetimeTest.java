package dev.ginkgo.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.testing.FakeClock;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class MaxLifetimeTest {
    @Test
    @DisplayName("H-18 with a longest life streams end in order, spread over its last fifth")
    void spread() throws Exception {
        FakeClock clock = new FakeClock();
        try (Front front = Front.start(clock, "max-lifetime = '100s'", "heartbeat = '1h'");
                Crowd readers = Crowd.ofReaders(100, front, "/x")) {
            await().until(() -> front.hub().stats().readers() == 100);
            front.post("/x", "a message");

            // When most of that life is over, then nobody has gone
            clock.advance(Duration.ofSeconds(79));
            assertThat(front.hub().stats().readers()).isEqualTo(100);

            // When the last fifth is half over, then about a half has
            clock.advance(Duration.ofSeconds(11));
            await().untilAsserted(
                            () -> assertThat(front.hub().stats().readers()).isBetween(20, 80));

            // When it is over, then all have, each with its farewell
            clock.advance(Duration.ofSeconds(12));
            await().until(() -> front.hub().stats().readers() == 0);
            for (Wired reader : readers) {
                assertThat(reader.rest())
                        .contains("a message", "\"reason\":\"max-lifetime\"")
                        .endsWith("0\r\n\r\n");
            }
            assertThat(front.get("/-/metrics").body())
                    .contains("ginkgo_hub_disconnects_total{reason=\"max-lifetime\"} 100.0\n");
        }
    }

    @Test
    @DisplayName("a stream without a longest life lives on")
    void none() throws Exception {
        FakeClock clock = new FakeClock();
        try (Front front = Front.start(clock, "heartbeat = '1h'");
                Wired reader = front.lines("/x")) {
            await().until(() -> front.hub().stats().readers() == 1);
            clock.advance(Duration.ofMinutes(5));
            front.post("/x", "still here");
            assertThat(reader.readTo("still here")).isNotEmpty();
        }
    }
}
