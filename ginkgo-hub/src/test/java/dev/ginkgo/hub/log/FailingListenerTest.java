package dev.ginkgo.hub.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.config.Size;
import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.testing.FakeClock;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class FailingListenerTest {
    private static final ChannelName CHANNEL = ChannelName.of("/x");

    private final Store store = new Store(
            new StoreLimits(
                    () -> Size.ofMebibytes(1),
                    () -> 10,
                    () -> Duration.ZERO,
                    () -> Duration.ofMinutes(1),
                    () -> 10,
                    () -> 10),
            new FakeClock(),
            1,
            new Counters());

    /** Counts its notifications, and fails with each if an error is planned. */
    private static final class Listener implements FeedListener {
        private final boolean failing;
        private int appended;
        private int wakeUps;

        Listener(boolean failing) {
            this.failing = failing;
        }

        private void failIfPlanned() {
            if (failing) {
                throw new OutOfMemoryError("planned");
            }
        }

        @Override
        public void appended() {
            appended++;
            failIfPlanned();
        }

        @Override
        public void wake() {
            wakeUps++;
            failIfPlanned();
        }
    }

    @Test
    @DisplayName(
            "H-363 a subscriber that cannot be woken fails neither the publish, which is stored, nor the other subscribers")
    void failingListener_concernsNoOther() {
        // Given
        Listener failing = new Listener(true);
        Listener other = new Listener(false);
        store.openCursor(SubscribeRequest.of(CHANNEL), failing);
        store.openCursor(SubscribeRequest.of(CHANNEL), other);

        // When
        assertThat(store.publish(CHANNEL, Payload.text("1")).receivers()).isEqualTo(2);

        // Then
        assertThat(failing.appended).isEqualTo(1);
        assertThat(failing.wakeUps).isEqualTo(1);
        assertThat(other.appended).isEqualTo(1);
        assertThat(other.wakeUps).isEqualTo(1);
    }
}
