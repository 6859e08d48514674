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
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How much of a history is merged for a subscriber of several channels, and that it receives the right messages. */
class LazyMergeTest {
    private static final int CHANNELS = 50;
    private static final ChannelSelector ALL_CHANNELS = ChannelSelector.of("/>");

    /** More than is merged when a feed opens and when a subscriber reads a hundred messages. */
    private static final int FEW = 1_000;

    private final FakeClock clock = new FakeClock();
    private final List<String> published = new ArrayList<>(); // ids
    private final List<ChannelName> channels = new ArrayList<>(); // of the published messages
    private final List<Subscriber> subscribers = new ArrayList<>();
    private int maxMessages = 10_000;
    private final Store store = new Store(
            new StoreLimits(
                    () -> Size.ofMebibytes(64),
                    () -> maxMessages,
                    () -> Duration.ZERO,
                    () -> Duration.ofHours(1),
                    () -> 1_000,
                    () -> 100),
            clock,
            1,
            new Counters());

    /** Reads a feed and records what it has received. */
    private final class Subscriber {
        final Cursor cursor;
        final List<String> received = new ArrayList<>();
        long missed;

        Subscriber(Since since) {
            cursor = store.openCursor(SubscribeRequest.of(ALL_CHANNELS, since), StoreLockHoldTest.LISTENER);
            subscribers.add(this);
        }

        Subscriber read(int atMost) {
            for (int read = 0; read < atMost; ) {
                Cursor.Step step;
                synchronized (store) {
                    step = cursor.next();
                }
                if (step.message() != null) {
                    received.add(step.message().text());
                    read++;
                } else if (step.missed() != 0) {
                    assertThat(step.missed()).isNotEqualTo(Gap.UNKNOWN);
                    missed += step.missed();
                } else if (step.atEnd()) {
                    return this;
                }
            }
            return this;
        }

        long merged() {
            synchronized (store) {
                return cursor.feed.end() - cursor.feed.first();
            }
        }

        void close() {
            store.closeCursor(cursor, StoreLockHoldTest.LISTENER);
        }
    }

    @AfterEach
    void close() {
        subscribers.forEach(Subscriber::close);
        assertThat(store.usage().patterns()).isZero();
        store.close();
    }

    /** Publishes messages whose texts count from 0. */
    private void publish(int messages, Random random) {
        for (int i = 0; i < messages; i++) {
            ChannelName channel = ChannelName.of("/" + random.nextInt(CHANNELS));
            published.add(
                    store.publish(channel, Payload.text("" + published.size())).id());
            channels.add(channel);
            clock.advance(Duration.ofMillis(1));
        }
    }

    private static List<String> texts(long from, long to) {
        return LongStream.range(from, to).mapToObj(Long::toString).toList();
    }

    /** Returns the texts of the newest message of each channel, in order. */
    private List<String> newest() {
        Set<ChannelName> found = new HashSet<>();
        List<String> newest = new ArrayList<>();
        for (int i = published.size() - 1; i >= 0; i--) {
            if (found.add(channels.get(i))) {
                newest.addFirst("" + i);
            }
        }
        return newest;
    }

    private Since after(int number) {
        return new Since.After(published.get(number));
    }

    @Test
    @DisplayName("H-82 the first hundred messages of a history of several channels cost the same, however long it is")
    void firstMessages_mergeFew() {
        // Given
        publish(20_000, new Random(1));

        // When
        Subscriber subscriber = new Subscriber(Since.Point.ALL).read(100);

        // Then
        assertThat(subscriber.received).isEqualTo(texts(0, 100));
        assertThat(subscriber.merged()).isLessThan(FEW);
    }

    @Test
    @DisplayName("H-82 a client that resumes in the middle of a history of several channels has little of it merged")
    void resume_mergesFew() {
        // Given
        publish(20_000, new Random(2));

        // When
        Subscriber subscriber = new Subscriber(after(9_999)).read(100);

        // Then
        assertThat(subscriber.received).isEqualTo(texts(10_000, 10_100));
        assertThat(subscriber.merged()).isLessThan(FEW);

        // and so has one that asks for the latest messages
        subscriber.close();
        subscribers.clear();
        Subscriber recent = new Subscriber(new Since.Ago(Duration.ofMillis(500))).read(100);
        assertThat(recent.received).isEqualTo(texts(19_500, 19_600));
        assertThat(recent.merged()).isLessThan(FEW);
    }

    @Test
    @DisplayName(
            "H-285 for the newest message of each of several channels one message of each is merged, however long the history"
                    + " is")
    void newestMessages_mergeOneOfEachChannel() {
        // Given a history that is merged for another subscriber
        Random random = new Random(7);
        publish(20_000, random);
        new Subscriber(Since.Point.ALL).read(Integer.MAX_VALUE);
        List<String> expected = newest();

        // When
        Subscriber subscriber = new Subscriber(Since.Point.LATEST);
        publish(100, random);
        subscriber.read(Integer.MAX_VALUE);

        // Then
        expected.addAll(texts(20_000, 20_100));
        assertThat(subscriber.received).isEqualTo(expected);
        assertThat(subscriber.merged()).isEqualTo(CHANNELS + 100);
    }

    @Test
    @DisplayName(
            "H-285 subscribers that start with the newest message of each channel while others are published receive these"
                    + " and every later message once, in order")
    void subscribersOfNewestMessages_receiveEach() {
        for (int seed = 0; seed < 10; seed++) {
            Random random = new Random(seed);
            publish(1_000, random);
            List<List<String>> expected = new ArrayList<>();
            List<Integer> starts = new ArrayList<>();
            List<Subscriber> latest = new ArrayList<>();
            for (int round = 0; round < 30; round++) {
                expected.add(newest());
                starts.add(published.size());
                latest.add(new Subscriber(Since.Point.LATEST));
                latest.get(random.nextInt(latest.size())).read(random.nextInt(60));
                publish(random.nextInt(50), random);
            }
            for (int i = 0; i < latest.size(); i++) {
                expected.get(i).addAll(texts(starts.get(i), published.size()));
                Subscriber subscriber = latest.get(i).read(Integer.MAX_VALUE);
                assertThat(subscriber.received).isEqualTo(expected.get(i));
                assertThat(subscriber.missed).isZero();
            }
        }
    }

    @Test
    @DisplayName(
            "H-82 subscribers that start at different messages of several channels, while others are published, each"
                    + " receive every message from there on once, in order")
    void subscribersAtDifferentMessages_receiveEach() {
        for (int seed = 0; seed < 10; seed++) {
            Random random = new Random(seed);
            publish(3_000, random);
            List<Integer> starts = new ArrayList<>();
            int firstSubscriber = subscribers.size();
            for (int round = 0; round < 30; round++) {
                int start = start(random);
                starts.add(start);
                new Subscriber(since(start, random));
                subscribers
                        .get(firstSubscriber + random.nextInt(subscribers.size() - firstSubscriber))
                        .read(random.nextInt(1_500));
                publish(random.nextInt(50), random);
            }
            for (int i = 0; i < starts.size(); i++) {
                Subscriber subscriber = subscribers.get(firstSubscriber + i).read(Integer.MAX_VALUE);
                assertThat(subscriber.received).isEqualTo(texts(starts.get(i), published.size()));
                assertThat(subscriber.missed).isZero();
            }
            if (seed % 2 == 0) { // else the next subscribers share their feeds
                subscribers.forEach(Subscriber::close);
                subscribers.clear();
            }
        }
    }

    /** Returns the number of the first message that a subscriber asks for. */
    private int start(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> 0;
            case 1 -> published.size();
            default -> random.nextInt(1, published.size());
        };
    }

    private Since since(int start, Random random) {
        if (start == 0) {
            return Since.Point.ALL;
        }
        if (start == published.size() && random.nextBoolean()) {
            return Since.Point.NONE;
        }
        return random.nextBoolean() ? after(start - 1) : new Since.Ago(Duration.ofMillis(published.size() - start));
    }

    @Test
    @DisplayName("H-82 messages that are evicted before they are merged are counted as missed")
    void evictedBeforeMerged_areMissed() {
        // Given a subscriber that has read the first messages of a history
        Random random = new Random(3);
        publish(10_000, random);
        Subscriber subscriber = new Subscriber(Since.Point.ALL).read(100);

        // When most of the others are evicted, while more are published
        maxMessages = 20;
        publish(2_000, random);
        subscriber.read(50);
        publish(2_000, random);

        // Then it receives those that are retained, in order, and the others are counted
        subscriber.read(Integer.MAX_VALUE);
        assertThat(subscriber.received.size() + subscriber.missed).isEqualTo(published.size());
        assertThat(subscriber.received.stream().map(Integer::valueOf).toList())
                .isSorted()
                .doesNotHaveDuplicates();
        assertThat(subscriber.received).containsAll(retained());
    }

    private List<String> retained() {
        Subscriber other = new Subscriber(Since.Point.ALL);
        return other.read(Integer.MAX_VALUE).received;
    }

    @Test
    @DisplayName("H-82 the budget is charged for what is merged, and credited when the subscriber leaves")
    void budget_isChargedForMergedMessages() {
        publish(5_000, new Random(4));
        long before = store.usage().storedBytes();
        Subscriber subscriber = new Subscriber(Since.Point.ALL).read(2_000);
        assertThat(store.usage().storedBytes()).isGreaterThanOrEqualTo(before + 2_000L * Ring.SLOT_BYTES);
        publish(10, new Random(5));
        subscriber.read(Integer.MAX_VALUE);
        long withOthers = store.usage().storedBytes();
        subscriber.close();
        subscribers.clear();
        assertThat(store.usage().storedBytes()).isEqualTo(withOthers - 5_010L * Ring.SLOT_BYTES);
    }

    @Test
    @DisplayName(
            "H-82 a loss while a history is merged is reported after it, and what it used of the budget is credited")
    void lossWhileMerging_isReportedInItsPlace() {
        // Given
        publish(1_000, new Random(6));
        long before = store.usage().storedBytes();
        Subscriber subscriber = new Subscriber(Since.Point.ALL).read(100);

        // When
        store.recordLoss(new Position(7, 1, 1), _ -> true, true);

        // Then
        subscriber.read(900);
        assertThat(subscriber.received).isEqualTo(texts(0, 1_000));
        synchronized (store) {
            assertThat(subscriber.cursor.next().missed()).isEqualTo(Gap.UNKNOWN);
            assertThat(subscriber.cursor.next().atEnd()).isTrue();
        }
        subscriber.close();
        subscribers.clear();
        assertThat(store.usage().storedBytes()).isEqualTo(before);
    }
}
