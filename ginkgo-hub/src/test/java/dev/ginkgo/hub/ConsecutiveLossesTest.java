package dev.ginkgo.hub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.config.Size;
import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.idempotency.IdempotencyCache;
import dev.ginkgo.hub.log.EpochFence;
import dev.ginkgo.hub.log.ReplicationOutput;
import dev.ginkgo.hub.log.Store;
import dev.ginkgo.hub.log.StoreLimits;
import dev.ginkgo.hub.message.Gap;
import dev.ginkgo.hub.message.Since;
import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.hub.replication.ReplicationSink;
import dev.ginkgo.hub.replication.StoreReplicationSink;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.SequenceRange;
import dev.ginkgo.testing.FakeClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Consecutive losses without a message in between are reported as a single gap. */
class ConsecutiveLossesTest {
    private static final NodeIncarnation OTHER = new NodeIncarnation("10.0.0.2:4440", 3);
    private static final int MANY = 300;

    private final FakeClock clock = new FakeClock();
    private final EpochFence epochFence = new EpochFence();
    private final Store store = new Store(
            new StoreLimits(
                    () -> Size.ofMebibytes(1),
                    () -> 100,
                    () -> Duration.ZERO,
                    () -> Duration.ofMinutes(10),
                    () -> 100,
                    () -> 100),
            clock,
            new ReplicationOutput(new NodeIncarnation("10.0.0.1:4440", 7), 0, _ -> 1),
            epochFence,
            new Counters());
    private final StoreReplicationSink storeReplicationSink =
            new StoreReplicationSink(store, new IdempotencyCache(clock), clock);
    private long sequence;

    @AfterEach
    void close() {
        store.close();
    }

    /** A subscriber that reads on request of the test. */
    private final class TestSubscriber implements AutoCloseable {
        final List<Gap> gaps = new ArrayList<>();
        private final List<String> read = new ArrayList<>();
        private final Subscription subscription;

        TestSubscriber(SubscribeRequest subscribeRequest) {
            subscription = Subscription.open(store, subscribeRequest, clock, new Counters())
                    .onGap(gap -> {
                        gaps.add(gap);
                        read.add(gap.missed() == Gap.UNKNOWN ? "gap" : "gap of " + gap.missed());
                    });
        }

        TestSubscriber(String channels, Since since) {
            this(SubscribeRequest.of(ChannelSelector.of(channels), since));
        }

        /** Reads the messages and gaps that are available now, without waiting. */
        List<String> read() {
            read.clear();
            try {
                while (true) {
                    Thread.currentThread().interrupt(); // take() throws instead of waiting for the next message
                    read.add(subscription.take().text());
                }
            } catch (InterruptedException nothingMore) {
                return List.copyOf(read);
            }
        }

        @Override
        public void close() {
            subscription.close();
        }
    }

    private void message(String channel, String text) {
        sequence++;
        storeReplicationSink.relay(
                new Envelope(OTHER, sequence, sequence - 1, channel, false, text.getBytes(UTF_8), 0, Optional.empty()));
    }

    private void fenced(String channel) {
        epochFence.observe(new Epoch("raft", 9));
        sequence++;
        storeReplicationSink.relay(new Envelope(
                OTHER, sequence, sequence - 1, channel, false, new byte[0], 0, Optional.of(new Epoch("raft", 8))));
    }

    private void loseMessage() {
        sequence++;
        storeReplicationSink.recordLoss(
                new ReplicationSink.Loss(new SequenceRange(OTHER, sequence, sequence), Set.of(), false));
    }

    @Test
    @DisplayName("H-16 K-05 hundreds of consecutive fenced messages are one gap, for live and for later subscribers")
    void consecutiveLossesAreOneGap() {
        try (TestSubscriber channel = new TestSubscriber("/n", Since.Point.NONE);
                TestSubscriber pattern = new TestSubscriber("/*", Since.Point.NONE)) {
            message("/n", "one");
            assertThat(channel.read()).containsExactly("one");
            assertThat(pattern.read()).containsExactly("one");
            List<String> more = new ArrayList<>();
            for (int i = 0; i < MANY; i++) {
                if (i % 3 == 0) {
                    loseMessage();
                } else {
                    fenced("/n");
                }
                more.addAll(channel.read());
                more.addAll(pattern.read());
            }
            message("/n", "two");

            assertThat(more).containsExactly("gap", "gap");
            assertThat(channel.read()).containsExactly("two");
            assertThat(pattern.read()).containsExactly("two");
            assertThat(epochFence.rejected()).isEqualTo(MANY * 2 / 3);
        }
        try (TestSubscriber later = new TestSubscriber("/n", Since.Point.ALL)) {
            assertThat(later.read())
                    .as("first a gap for the incomplete history, then the gap where the messages were")
                    .containsExactly("gap", "one", "gap", "two");
        }
    }

    @Test
    @DisplayName(
            "H-16 losses separated by a message are separate gaps, each at its position, for live and later subscribers")
    void separatedLossesAreSeparateGaps() {
        List<String> expected = List.of("one", "gap", "two", "gap", "three", "gap", "four");
        List<String> readLive = new ArrayList<>();
        try (TestSubscriber live = new TestSubscriber("/n", Since.Point.NONE);
                TestSubscriber slow = new TestSubscriber("/n", Since.Point.NONE);
                TestSubscriber pattern = new TestSubscriber("/*", Since.Point.NONE)) {
            for (String text : List.of("one", "two", "three", "four")) {
                if (!text.equals("one")) {
                    for (int i = 0; i < 5; i++) {
                        fenced("/n");
                        readLive.addAll(live.read());
                    }
                }
                message("/n", text);
                readLive.addAll(live.read());
            }
            assertThat(readLive).isEqualTo(expected);
            assertThat(slow.read())
                    .as("the size of each gap is unknown, including the first")
                    .isEqualTo(expected);
            assertThat(pattern.read()).isEqualTo(expected);
        }
        try (TestSubscriber later = new TestSubscriber("/n", Since.Point.ALL)) {
            assertThat(later.read()).startsWith("gap").endsWith(expected.toArray(String[]::new));
        }
    }

    @Test
    @DisplayName("H-16 the first subscriber of a list or pattern receives the history with each gap at its position")
    void mergedHistoryKeepsGapPositions() {
        message("/a", "one");
        message("/b", "two");
        fenced("/a");
        message("/b", "three");
        loseMessage();
        message("/a", "four");

        for (String channels : List.of("/a,/b", "/*")) {
            try (TestSubscriber later = new TestSubscriber(channels, Since.Point.ALL)) {
                assertThat(later.read())
                        .as("%s: a gap for the incomplete history, then each gap at its position", channels)
                        .containsExactly("gap", "one", "two", "gap", "three", "gap", "four");
            }
        }
    }

    @Test
    @DisplayName("H-16 a conflated subscriber receives each gap at its position")
    void conflatedSubscriberReceivesGaps() {
        try (TestSubscriber conflated = new TestSubscriber(
                new SubscribeRequest(ChannelSelector.of("/*"), Since.Point.NONE, Duration.ofSeconds(2), List.of()))) {
            for (String name : List.of("/a", "/b", "/c")) {
                message(name, name);
                fenced(name);
                fenced(name);
                clock.advance(Duration.ofSeconds(3));
                store.flush();
            }
            assertThat(conflated.read()).containsExactly("/a", "gap", "/b", "gap", "/c", "gap");
            fenced("/c");
            assertThat(conflated.read()).isEmpty();
        }
    }

    @Test
    @DisplayName(
            "H-16 a subscriber that starts between two losses gets a gap; one that had the first gap gets no second")
    void subscriberStartingBetweenLossesReceivesOneGap() {
        try (TestSubscriber first = new TestSubscriber("/n", Since.Point.NONE)) {
            fenced("/n");
            assertThat(first.read()).containsExactly("gap");
            try (TestSubscriber second = new TestSubscriber("/n", Since.Point.NONE);
                    TestSubscriber pattern = new TestSubscriber("/*", Since.Point.NONE)) {
                for (int i = 0; i < MANY; i++) {
                    fenced("/n");
                }
                assertThat(second.read()).containsExactly("gap");
                assertThat(pattern.read()).containsExactly("gap");
                assertThat(first.read()).isEmpty();

                message("/n", "one");
                fenced("/n");
                assertThat(first.read()).containsExactly("one", "gap");
                assertThat(second.read()).containsExactly("one", "gap");
                assertThat(pattern.read()).containsExactly("one", "gap");
            }
        }
    }

    @Test
    @DisplayName("H-16 resuming at a gap that has grown since reports a gap; at one that has not grown, nothing")
    void resumeReportsGapOnlyIfItHasGrown() {
        String id;
        try (TestSubscriber subscriber = new TestSubscriber("/n", Since.Point.NONE)) {
            message("/n", "one");
            fenced("/n");
            assertThat(subscriber.read()).containsExactly("one", "gap");
            id = subscriber.gaps.getLast().after();
        }
        try (TestSubscriber same = new TestSubscriber("/n", new Since.After(id))) {
            assertThat(same.read()).isEmpty();
        }
        fenced("/n");
        message("/n", "two");
        String grown;
        try (TestSubscriber resumed = new TestSubscriber("/n", new Since.After(id))) {
            assertThat(resumed.read()).containsExactly("gap", "two");
            grown = resumed.gaps.getLast().after();
        }
        try (TestSubscriber after = new TestSubscriber("/n", new Since.After(grown))) {
            assertThat(after.read()).containsExactly("two");
        }
    }

    @Test
    @DisplayName("H-16 a gap of known size is always reported, even directly after another gap")
    void gapOfKnownSizeIsAlwaysReported() {
        try (TestSubscriber subscriber = new TestSubscriber("/n", Since.Point.NONE)) {
            publishAndEvict(3);
            assertThat(subscriber.read()).containsExactly("gap of 3");
            fenced("/n");
            fenced("/n");
            assertThat(subscriber.read()).containsExactly("gap");
            publishAndEvict(2);
            assertThat(subscriber.read()).containsExactly("gap of 2");
            publishAndEvict(1);
            fenced("/n");
            assertThat(subscriber.read())
                    .as("an unknown size plus one is still an unknown size")
                    .isEmpty();
            message("/n", "one");
            assertThat(subscriber.read()).containsExactly("one");
        }
    }

    @Test
    @DisplayName("H-16 a gap has unknown size if a loss is among the evicted messages it covers")
    void lossAmongEvictedMessagesMakesSizeUnknown() {
        try (TestSubscriber behind = new TestSubscriber("/n", Since.Point.NONE);
                TestSubscriber before = new TestSubscriber("/n", Since.Point.NONE);
                TestSubscriber after = new TestSubscriber("/n", Since.Point.NONE)) {
            message("/n", "one");
            assertThat(before.read()).containsExactly("one");
            assertThat(after.read()).containsExactly("one");
            fenced("/n");
            assertThat(after.read()).containsExactly("gap");
            message("/n", "two");
            clock.advance(Duration.ofMinutes(6));
            message("/n", "three");
            clock.advance(Duration.ofMinutes(5));
            store.evict();

            assertThat(behind.read()).containsExactly("gap", "three");
            assertThat(before.read()).containsExactly("gap", "three");
            assertThat(after.read()).containsExactly("gap of 1", "three");
        }
    }

    private void publishAndEvict(int count) {
        for (int i = 0; i < count; i++) {
            message("/n", "x");
        }
        clock.advance(Duration.ofMinutes(11));
        store.evict();
    }

    @Test
    @DisplayName("H-16 losses evict no message from the history and use no memory")
    void lossesKeepTheHistory() {
        List<String> texts = IntStream.range(0, 100).mapToObj(Integer::toString).toList();
        try (TestSubscriber pattern = new TestSubscriber("/*", Since.Point.NONE)) {
            texts.forEach(text -> message("/n", text));
            long storedBytes = store.usage().storedBytes();
            for (int i = 0; i < MANY; i++) {
                fenced("/n");
            }
            assertThat(store.usage().storedBytes() - storedBytes).isEqualTo(16);
            for (int i = 0; i < MANY; i++) {
                new TestSubscriber("/n", Since.Point.NONE).close(); // needs a gap of its own, which takes an entry
                fenced("/n");
            }
            message("/n", "100");

            assertThat(store.channels(1).items().getFirst().messages()).isEqualTo(100);
            assertThat(pattern.read()).endsWith("98", "99", "gap", "100");
        }
        try (TestSubscriber all = new TestSubscriber("/n", Since.Point.ALL)) {
            List<String> read = all.read();
            assertThat(read).containsSubsequence(texts.subList(1, 100)).endsWith("gap", "100");
            assertThat(read.stream().filter("gap"::equals)).hasSize(2);
        }
    }
}
