package dev.ginkgo.hub.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.config.Size;
import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.message.MessageId.Position;
import dev.ginkgo.hub.message.Since;
import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.testing.FakeClock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LimitsOutsideLockTest {
    private static final ChannelName FULL = ChannelName.of("/full");
    private static final NodeIncarnation PEER = new NodeIncarnation("peer", 1);

    private final FakeClock clock = new FakeClock();
    private final AtomicReference<Store> opened = new AtomicReference<>();
    private final AtomicInteger historyCount = new AtomicInteger(5);
    private final Store store = new Store(
            new StoreLimits(
                    unlocked(() -> Size.ofKibibytes(64)),
                    unlocked(historyCount::get),
                    unlocked(() -> Duration.ZERO),
                    unlocked(() -> Duration.ofMinutes(1)),
                    unlocked(() -> 10),
                    unlocked(() -> 10)),
            clock,
            1,
            new Counters());

    private <T> Supplier<T> unlocked(Supplier<T> limit) {
        return () -> {
            Store known = opened.get();
            assertThat(known != null && Thread.holdsLock(known)).isFalse();
            return limit.get();
        };
    }

    @Test
    @DisplayName(
            "H-323 no setting is read while the lock of the store is held; a reload takes effect with the next message")
    void limitsAreReadBeforeTheLock() {
        // Given a store whose limits fail if they are read under its lock
        opened.set(store);
        Cursor pattern = store.openCursor(
                SubscribeRequest.of(ChannelSelector.of("/>"), Since.Point.ALL), new IgnoringListener());

        // When messages exceed the count, the number of channels, the budget and the age
        for (int i = 0; i < 100; i++) {
            store.publish(ChannelName.of("/" + i % 20), Payload.text("x".repeat(1_000)));
            store.publish(FULL, Payload.text("y"));
        }
        Envelope envelope = new Envelope(PEER, 1, 0, "/a", false, new byte[] {'z'}, 0, Optional.empty());
        assertThat(store.relay(ChannelName.of("/a"), new Position(7, 1, 1), envelope))
                .isTrue();
        clock.advance(Duration.ofMinutes(2));
        store.evict();
        store.evictExpired();
        store.closeCursor(pattern);
        for (int i = 0; i < 10; i++) {
            store.publish(FULL, Payload.text("y"));
        }

        // Then none fails, and the limits apply
        assertThat(messages()).isEqualTo(5);

        // When a limit is lowered, it applies to the next message
        historyCount.set(2);
        store.publish(FULL, Payload.text("y"));
        assertThat(messages()).isEqualTo(2);
    }

    @Test
    @DisplayName("H-353 limits that a slow thread has read before a reload do not replace those read after it")
    void slowReader_doesNotRestoreOldLimits() {
        // Given a thread that is slow between the settings
        AtomicInteger channels = new AtomicInteger(10);
        AtomicReference<Runnable> meanwhile = new AtomicReference<>(() -> {});
        StoreLimits limits = new StoreLimits(
                () -> Size.ofKibibytes(64),
                historyCount::get,
                () -> Duration.ZERO,
                () -> Duration.ofMinutes(1),
                channels::get,
                () -> {
                    meanwhile.getAndSet(() -> {}).run();
                    return 10;
                });
        limits.read();

        // When two reloads change settings, and another thread reads all of them after the second
        channels.set(20);
        meanwhile.set(() -> {
            historyCount.set(2);
            limits.read();
        });
        limits.read();

        // Then
        assertThat(limits.latest().maxMessages()).isEqualTo(2);
        assertThat(limits.latest().maxChannels()).isEqualTo(20);
    }

    private long messages() {
        return store.channels(100).items().stream()
                .filter(each -> each.channel().equals(FULL.text()))
                .mapToLong(ChannelListing.Item::messages)
                .sum();
    }

    private static final class IgnoringListener implements FeedListener {
        @Override
        public void appended() {}

        @Override
        public void wake() {}
    }
}
