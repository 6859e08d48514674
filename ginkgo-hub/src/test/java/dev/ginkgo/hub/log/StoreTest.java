package dev.ginkgo.hub.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ginkgo.config.Size;
import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.message.HubRejectedException;
import dev.ginkgo.hub.message.MessageId;
import dev.ginkgo.hub.message.MessageId.Position;
import dev.ginkgo.hub.message.PublishResult;
import dev.ginkgo.hub.message.Since;
import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.testing.FakeClock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a store counts, whom it notifies, and what it does when it is closed. */
class StoreTest {
    private static final ChannelName A = ChannelName.of("/a");
    private static final Payload PAYLOAD = Payload.text("x");
    private static final Payload TOO_LARGE = Payload.text("x".repeat(9_000));
    private static final NodeIncarnation PEER = new NodeIncarnation("peer", 1);

    private final FakeClock clock = new FakeClock();
    private final Counters counters = new Counters();
    private final Notifications notifications = new Notifications();
    private final Store store = new Store(
            new StoreLimits(
                    () -> Size.ofBytes(64 * 1024),
                    () -> 10,
                    () -> Duration.ZERO,
                    () -> Duration.ofMinutes(1),
                    () -> 1_000,
                    () -> 100),
            clock,
            1,
            counters);

    private static final class Notifications implements FeedListener {
        int appended;
        int woken;

        @Override
        public void appended() {
            appended++;
        }

        @Override
        public void wake() {
            woken++;
        }
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static SubscribeRequest conflated() {
        return new SubscribeRequest(ChannelSelector.of(A), Since.Point.NONE, Duration.ofSeconds(1), List.of());
    }

    private static Position position(long sequence) {
        return new Position(7, 1, sequence);
    }

    private boolean relay(long sequence, Payload payload) {
        return store.relay(
                A,
                position(sequence),
                new Envelope(PEER, sequence, sequence - 1, A.text(), false, payload.bytes(), 0, Optional.empty()));
    }

    @Test
    @DisplayName("a publish is counted and notifies the subscribers of its channel and patterns, until they leave")
    void publish_notifiesSubscribers() {
        // Given
        Cursor single = store.openCursor(SubscribeRequest.of(A), notifications);
        Cursor pattern =
                store.openCursor(SubscribeRequest.of(ChannelSelector.of("/*"), Since.Point.NONE), notifications);
        assertThat(store.usage().subscribers()).isEqualTo(2);

        // When
        PublishResult published = store.publish(A, PAYLOAD);

        // Then
        assertThat(published.receivers()).isEqualTo(2);
        assertThat(notifications.appended).isEqualTo(2);
        assertThat(notifications.woken).isEqualTo(2);
        assertThat(counters.published()).isEqualTo(1);
        assertThat(store.endId()).isEqualTo(published.id());

        // and after they have left
        store.closeCursor(single, notifications);
        store.closeCursor(pattern, notifications);
        assertThat(store.publish(A, PAYLOAD).receivers()).isZero();
        assertThat(notifications.appended).isEqualTo(2);
        assertThat(store.usage().subscribers()).isZero();
        assertThat(store.usage().patterns()).isZero();
    }

    @Test
    @DisplayName("a message of another node is new once, and notifies the subscribers, as does a loss")
    void relay_notifiesSubscribers() {
        Cursor cursor = store.openCursor(SubscribeRequest.of(A), notifications);

        assertThat(relay(1, PAYLOAD)).isTrue();
        assertThat(relay(1, PAYLOAD)).isFalse();
        assertThat(notifications.appended).isEqualTo(1);
        assertThat(notifications.woken).isEqualTo(1);

        store.recordLoss(position(5), _ -> true, false);
        assertThat(notifications.appended).isEqualTo(1);
        assertThat(relay(5, PAYLOAD)).isFalse();
        store.recordLoss(position(6), "/other"::equals, true);
        assertThat(notifications.appended).isEqualTo(1);
        store.recordLoss(position(7), _ -> true, true);
        assertThat(notifications.appended).isEqualTo(2);
        assertThat(notifications.woken).isEqualTo(2);

        // and a channel that is created later may have lost messages, too
        SubscribeRequest before = SubscribeRequest.of(
                ChannelSelector.of("/new"), new Since.After(new MessageId(List.of(position(6))).text()));
        Cursor resumed = store.openCursor(before, notifications);
        assertThat(resumed.start().recovered()).isFalse();
        store.closeCursor(resumed, notifications);
        store.closeCursor(cursor, notifications);
    }

    @Test
    @DisplayName("a message that exceeds the limit is rejected, also if another node has published it")
    void largeMessages_areRejected() {
        for (Runnable append : List.<Runnable>of(() -> store.publish(A, TOO_LARGE), () -> relay(1, TOO_LARGE))) {
            assertThatThrownBy(append::run)
                    .isInstanceOfSatisfying(
                            HubRejectedException.class,
                            e -> assertThat(e.reason()).isEqualTo(HubRejectedException.Reason.TOO_LARGE));
        }
        assertThat(store.usage().storedBytes()).isZero();
        assertThat(counters.published()).isZero();
    }

    @Test
    @DisplayName("the slots of a merged feed count towards the budget")
    void mergedSlots_areCharged() {
        store.publish(A, PAYLOAD);
        long withoutFeed = store.usage().storedBytes();
        Cursor cursor =
                store.openCursor(SubscribeRequest.of(ChannelSelector.of("/*"), Since.Point.NONE), notifications);
        store.publish(A, PAYLOAD);
        long withFeed = store.usage().storedBytes();
        assertThat(withFeed - withoutFeed).isEqualTo(withoutFeed + Ring.SLOT_BYTES);
        store.closeCursor(cursor, notifications);
        assertThat(store.usage().storedBytes()).isEqualTo(withFeed - Ring.SLOT_BYTES);
    }

    @Test
    @DisplayName("frames that can be encoded again are evicted before messages, also when a pattern is subscribed to")
    void cache_isEvictedFirst() {
        AtomicLong cached = new AtomicLong();
        store.setCache(new EvictableCache() {
            @Override
            public long bytes() {
                return cached.get();
            }

            @Override
            public int feeds() {
                return 3;
            }

            @Override
            public boolean evictOldest(long keptBytes) {
                return cached.getAndSet(0) > 0;
            }
        });
        store.publish(A, PAYLOAD);
        cached.set(100_000);
        Cursor cursor = store.openCursor(SubscribeRequest.of(ChannelSelector.of("/*"), Since.Point.ALL), notifications);
        assertThat(cached).hasValue(0);
        assertThat(store.usage().views()).isEqualTo(3);
        assertThat(store.usage().channels()).isEqualTo(1);
        store.closeCursor(cursor, notifications);
    }

    @Test
    @DisplayName("a subscriber that asks for history is counted as recovered or not; one that does not is not counted")
    void resumes_areCounted() {
        String id = store.publish(A, PAYLOAD).id();
        String unknown = new MessageId(List.of(position(1))).text();
        for (Since since : List.of(Since.Point.NONE, new Since.After(id), new Since.After(unknown))) {
            store.closeCursor(
                    store.openCursor(SubscribeRequest.of(ChannelSelector.of(A), since), notifications), notifications);
        }
        assertThat(counters.resumed()).isEqualTo(1);
        assertThat(counters.notRecovered()).isEqualTo(1);
    }

    @Test
    @DisplayName("the pending message of a conflated subscription is emitted when the period is over")
    void flush_emitsPendingMessages() {
        assertThat(store.hasConflation()).isFalse();
        Cursor cursor = store.openCursor(conflated(), notifications);
        assertThat(store.hasConflation()).isTrue();
        store.publish(A, PAYLOAD);
        store.publish(A, PAYLOAD);
        assertThat(notifications.appended).isEqualTo(1);

        store.flush();
        assertThat(notifications.appended).isEqualTo(1);
        clock.advance(Duration.ofSeconds(1));
        store.flush();
        assertThat(notifications.appended).isEqualTo(2);
        assertThat(notifications.woken).isEqualTo(2);
        store.closeCursor(cursor, notifications);
        assertThat(store.hasConflation()).isFalse();
    }

    @Test
    @DisplayName("a closed store wakes its subscribers, has no messages, and rejects publishers and subscribers")
    void close_wakesSubscribers() {
        // Given
        Cursor cursor = store.openCursor(SubscribeRequest.of(A), notifications);
        boolean[] closed = new boolean[1];
        synchronized (store) {
            cursor.feed.add(new Feed.EvictionListener() {
                @Override
                public void evicted(long number) {
                    // counts nothing
                }

                @Override
                public void closed() {
                    closed[0] = true;
                }
            });
        }
        store.publish(A, PAYLOAD);
        assertThat(store.isClosed()).isFalse();

        // When
        store.close();

        // Then
        assertThat(store.isClosed()).isTrue();
        assertThat(closed[0]).isTrue();
        assertThat(notifications.woken).isEqualTo(2);
        assertThat(store.usage().channels()).isZero();
        assertThat(store.snapshots.read(0, PEER).items()).isEmpty();
        for (Runnable use : List.<Runnable>of(
                () -> store.publish(A, PAYLOAD), () -> store.openCursor(SubscribeRequest.of(A), notifications))) {
            assertThatThrownBy(use::run)
                    .isInstanceOfSatisfying(
                            HubRejectedException.class,
                            e -> assertThat(e.reason()).isEqualTo(HubRejectedException.Reason.STOPPED));
        }
        store.closeCursor(cursor, notifications);
        assertThat(store.usage().subscribers()).isZero();
    }

    @Test
    @DisplayName("a hub that starts again in the same incarnation does not know what it published before")
    void restart_losesWhatWasPublished() {
        ReplicationOutput output = new ReplicationOutput(PEER, 40, _ -> 0);
        Position last = output.startPosition();
        try (Store restarted = new Store(
                new StoreLimits(
                        () -> Size.ofBytes(64 * 1024),
                        () -> 10,
                        () -> Duration.ZERO,
                        () -> Duration.ofMinutes(1),
                        () -> 1_000,
                        () -> 100),
                clock,
                output,
                new EpochFence(),
                counters)) {
            MessageId before = new MessageId(List.of(new Position(last.origin(), last.incarnation(), 39)));
            Cursor cursor = restarted.openCursor(
                    SubscribeRequest.of(ChannelSelector.of(A), new Since.After(before.text())), notifications);
            assertThat(cursor.start().recovered()).isFalse();
            assertThat(MessageId.parse(restarted.publish(A, PAYLOAD).id()).position(last.origin()))
                    .isEqualTo(new Position(last.origin(), last.incarnation(), 41));
            restarted.closeCursor(cursor, notifications);
        }
    }
}
