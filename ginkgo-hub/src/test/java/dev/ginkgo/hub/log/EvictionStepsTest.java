package dev.ginkgo.hub.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.config.Size;
import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.message.Gap;
import dev.ginkgo.hub.message.MessageId.Position;
import dev.ginkgo.hub.message.Since;
import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.testing.FakeClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How many messages are evicted or emitted, and how many channels visited, while the lock of the store is held once. */
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

    /** Counts how many listeners are notified of one hold of the lock: the others are notified after the next one. */
    private static final class NotificationCounter implements FeedListener {
        int inThisHold;
        int mostInOneHold;
        int total;
        boolean waking;

        @Override
        public void appended() {
            inThisHold = waking ? 1 : inThisHold + 1;
            waking = false;
            mostInOneHold = Math.max(mostInOneHold, inThisHold);
            total++;
        }

        @Override
        public void wake() {
            waking = true;
        }
    }

    @Test
    @DisplayName("H-83 a loss is recorded in a limited number of channels at a time, and in all of them")
    void loss_isRecordedInSteps() {
        // Given subscribers of many channels
        String start = store.endId();
        NotificationCounter counter = new NotificationCounter();
        List<Cursor> cursors = new ArrayList<>();
        for (int i = 0; i < 3 * STEP; i++) {
            cursors.add(store.openCursor(SubscribeRequest.of(ChannelName.of("/a/" + i)), counter));
        }
        cursors.add(store.openCursor(SubscribeRequest.of(ChannelSelector.of("/>"), Since.Point.NONE), counter));

        // When
        store.recordLoss(new Position(7, 1, 100), _ -> true, true);

        // Then each subscriber has a gap
        assertThat(counter.mostInOneHold).isLessThanOrEqualTo(STEP);
        assertThat(counter.total).isEqualTo(3 * STEP + 1);
        synchronized (store) {
            assertThat(cursors).allMatch(cursor -> cursor.next().missed() == Gap.UNKNOWN);
        }

        // and those that resume from before it learn that messages are missing
        Cursor resumed = store.openCursor(
                SubscribeRequest.of(ChannelSelector.of("/a/1"), new Since.After(start)), StoreLockHoldTest.LISTENER);
        assertThat(resumed.start().recovered()).isFalse();
        store.closeCursor(resumed, StoreLockHoldTest.LISTENER);
        cursors.forEach(cursor -> store.closeCursor(cursor, counter));
    }

    @Test
    @DisplayName(
            "H-83 the pending messages of conflated subscriptions are emitted a limited number at a time, in order")
    void conflatedMessages_areEmittedInSteps() {
        // Given pending messages of many channels
        NotificationCounter counter = new NotificationCounter();
        Duration period = Duration.ofSeconds(1);
        Cursor cursor = store.openCursor(
                new SubscribeRequest(ChannelSelector.of("/>"), Since.Point.NONE, period, List.of()), counter);
        store.publish(ChannelName.of("/first"), PAYLOAD); // is emitted at once
        for (int i = 0; i < 3 * STEP; i++) {
            store.publish(ChannelName.of("/a/" + i), Payload.text("old"));
        }
        for (int i = 0; i < 3 * STEP; i++) {
            store.publish(ChannelName.of("/a/" + i), Payload.text("new " + i));
        }
        counter.total = 0;

        // When the period is over and another message is published
        clock.advance(period);
        store.publish(ChannelName.of("/last"), PAYLOAD);

        // Then a limited number is emitted with it, and the others in several holds
        synchronized (store) {
            assertThat(cursor.feed.messages()).isEqualTo(1 + STEP);
        }
        store.flush();
        assertThat(counter.total).isEqualTo(1 + 3);
        clock.advance(period);
        store.flush();
        List<String> received = new ArrayList<>();
        synchronized (store) {
            for (Cursor.Step step = cursor.next(); !step.atEnd(); step = cursor.next()) {
                assertThat(step.missed()).isZero();
                received.add(step.message() == null ? "" : step.message().text());
            }
        }
        List<String> expected = new ArrayList<>(List.of("x"));
        IntStream.range(0, 3 * STEP).forEach(i -> expected.add("new " + i));
        expected.add("x");
        assertThat(received).isEqualTo(expected);
        store.closeCursor(cursor, counter);
    }
}
