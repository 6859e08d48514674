package dev.ginkgo.hub.message;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.MessageHub;
import dev.ginkgo.hub.Subscription;
import dev.ginkgo.hub.testing.TestHub;
import java.time.Instant;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SinceTest {
    @Test
    @DisplayName(
            "H-45 a subscription may start at any Instant: the earliest means all messages, the latest new ones only")
    void at_acceptsEveryInstant() throws InterruptedException {
        try (TestHub testHub = TestHub.start()) {
            MessageHub hub = testHub.hub();
            hub.publish("/x", "old");
            try (Subscription all = hub.subscribe("/x", new Since.At(Instant.MIN));
                    Subscription none = hub.subscribe("/x", new Since.At(Instant.MAX))) {
                // When
                hub.publish("/x", "new");

                // Then
                assertThat(all.take().text()).isEqualTo("old");
                assertThat(all.take().text()).isEqualTo("new");
                assertThat(none.take().text()).isEqualTo("new");
            }
        }
    }

    @Test
    @DisplayName("H-45 a moment is limited to the years 1970 to 9999; others are unchanged")
    void at_limitsTheMoment() {
        Instant moment = Instant.parse("2026-11-27T22:00:00.123456789Z");
        assertThat(new Since.At(moment).moment()).isEqualTo(moment);
        assertThat(new Since.At(Instant.MIN).moment()).isEqualTo(Instant.EPOCH);
        assertThat(new Since.At(Instant.MAX).moment()).isEqualTo("9999-12-31T23:59:59Z");
    }
}
