package dev.ginkgo.hub.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.config.Size;
import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.message.Since;
import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.testing.FakeClock;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How many messages are evicted while the lock of the store is held once. */
class EvictionStepsTest {
    private static final int CHANNELS = 10_000;
    private static final int STEP = 1_000;
    private static final Payload PAYLOAD = Payload.text("x");

    private final FakeClock clock = new FakeClock();
    private final Store store = new Store(
            new StoreLimits(
                    () -> Size.ofMebibytes(64),
                    () -> 10,
                    () -> Duration.ofSeconds(1),
                    () -> Duration.ofMinutes(10),
                    () -> CHANNELS + 1,
                    () -> 100),
            clock,
            1,
            new Counters());

    @AfterEach
    void close() {
        store.close();
    }

    private int channels() {
        return store.usage().channels();
    }

    @Test
    @DisplayName("H-30 a publish evicts a limited number of expired messages")
    void publish_evictsFewExpiredMessages() {
        for (int i = 0; i < CHANNELS; i++) {
            store.publish(ChannelName.of("/old/" + i), PAYLOAD);
        }
        clock.advance(Duration.ofMinutes(11));

        // When, then
        store.publish(ChannelName.of("/new"), PAYLOAD);
        assertThat(channels()).isBetween(CHANNELS + 1 - STEP, CHANNELS);

        // and a read of a batch, which is one hold of the lock
        synchronized (store) {
            store.evictExpired();
        }
        assertThat(channels()).isBetween(CHANNELS + 1 - 2 * STEP, CHANNELS - STEP + 1);

        // and the periodic task evicts the others, in several holds
        store.evict();
        assertThat(channels()).isEqualTo(1);
    }

    @Test
    @DisplayName("the periodic task evicts the messages beyond history.count of all channels after history.grace")
    void periodicTask_trimsAllChannels() {
        Cursor cursor = store.openCursor(
                SubscribeRequest.of(ChannelSelector.of("/>"), Since.Point.NONE), StoreLockHoldTest.LISTENER);
        for (int channel = 0; channel < 200; channel++) {
            for (int i = 0; i < 20; i++) {
                store.publish(ChannelName.of("/a/" + channel), PAYLOAD);
            }
        }
        long before = store.usage().storedBytes();
        clock.advance(Duration.ofSeconds(2));
        store.evict();
        assertThat(store.usage().storedBytes()).isLessThan(before * 6 / 10);
        store.closeCursor(cursor, StoreLockHoldTest.LISTENER);
    }
}
