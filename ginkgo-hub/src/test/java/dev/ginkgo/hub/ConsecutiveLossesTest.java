package dev.ginkgo.hub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.config.Size;
import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.channel.SubscribeRequest;
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

/** A loss after a loss, with no message in between, is the same gap. */
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
    private final StoreReplicationSink storeReplicationSink = new StoreReplicationSink(store, clock);
    private long sequence;

    @AfterEach
    void close() {
        store.close();
    }

    /** A program that reads when the test tells it to. */
    private final class Program implements AutoCloseable {
        final List<Gap> gaps = new ArrayList<>();
        private final List<String> read = new ArrayList<>();
        private final Subscription subscription;

        Program(SubscribeRequest subscribeRequest) {
            subscription = Subscription.open(store, subscribeRequest, clock, new Counters())
                    .onGap(gap -> {
                        gaps.add(gap);
                        read.add(gap.missed() == Gap.UNKNOWN ? "gap" : "gap of " + gap.missed());
                    });
        }

        Program(String channels, Since since) {
            this(SubscribeRequest.of(ChannelSelector.of(channels), since));
        }

        /** All that is there now, and was not read before: messages and gaps. */
        List<String> read() {
            read.clear();
            try {
                while (true) {
                    Thread.currentThread().interrupt(); // it does not wait for more
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

    private void lost() {
        sequence++;
        storeReplicationSink.recordLoss(
                new ReplicationSink.Loss(new SequenceRange(OTHER, sequence, sequence), Set.of(), false));
    }

    @Test
    @DisplayName(
            "H-16 K-05 hundreds that are kept out in a row are one gap to who reads meanwhile, and to who comes later")
    void oneGap() {
        try (Program channel = new Program("/n", Since.Point.NONE);
                Program pattern = new Program("/*", Since.Point.NONE)) {
            message("/n", "one");
            assertThat(channel.read()).containsExactly("one");
            assertThat(pattern.read()).containsExactly("one");
            List<String> more = new ArrayList<>();
            for (int i = 0; i < MANY; i++) {
                if (i % 3 == 0) {
                    lost();
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
        try (Program later = new Program("/n", Since.Point.ALL)) {
            assertThat(later.read())
                    .as("not complete; then a gap in its place")
                    .containsExactly("gap", "one", "gap", "two");
        }
    }

    @Test
    @DisplayName("H-16 a message between two losses keeps them apart: as many gaps, each in its place, now and later")
    void apart() {
        List<String> expected = List.of("one", "gap", "two", "gap", "three", "gap", "four");
        List<String> atOnce = new ArrayList<>();
        try (Program live = new Program("/n", Since.Point.NONE);
                Program slow = new Program("/n", Since.Point.NONE);
                Program pattern = new Program("/*", Since.Point.NONE)) {
            for (String text : List.of("one", "two", "three", "four")) {
                if (!text.equals("one")) {
                    for (int i = 0; i < 5; i++) {
                        fenced("/n");
                        atOnce.addAll(live.read());
                    }
                }
                message("/n", text);
                atOnce.addAll(live.read());
            }
            assertThat(atOnce).isEqualTo(expected);
            assertThat(slow.read())
                    .as("nobody knows how many, also of the first")
                    .isEqualTo(expected);
            assertThat(pattern.read()).isEqualTo(expected);
        }
        try (Program later = new Program("/n", Since.Point.ALL)) {
            assertThat(later.read()).startsWith("gap").endsWith(expected.toArray(String[]::new));
        }
    }

    @Test
    @DisplayName(
            "H-16 who is the first to ask for a list or a pattern gets the history of its channels with each gap in its"
                    + " place")
    void mergedLater() {
        message("/a", "one");
        message("/b", "two");
        fenced("/a");
        message("/b", "three");
        lost();
        message("/a", "four");

        for (String channels : List.of("/a,/b", "/*")) {
            try (Program later = new Program(channels, Since.Point.ALL)) {
                assertThat(later.read())
                        .as("%s: not complete; then each gap in its place", channels)
                        .containsExactly("gap", "one", "two", "gap", "three", "gap", "four");
            }
        }
    }

    @Test
    @DisplayName("H-16 who reads with conflation is told each gap in its place, too")
    void conflated() {
        try (Program screen = new Program(
                new SubscribeRequest(ChannelSelector.of("/*"), Since.Point.NONE, Duration.ofSeconds(2), List.of()))) {
            for (String name : List.of("/a", "/b", "/c")) {
                message(name, name);
                fenced(name);
                fenced(name);
                clock.advance(Duration.ofSeconds(3));
                store.flush();
            }
            assertThat(screen.read()).containsExactly("/a", "gap", "/b", "gap", "/c", "gap");
            fenced("/c");
            assertThat(screen.read()).isEmpty();
        }
    }

    @Test
    @DisplayName("H-16 who begins between two losses is told the second; who was told the first is not told again")
    void whoComesInBetween() {
        try (Program first = new Program("/n", Since.Point.NONE)) {
            fenced("/n");
            assertThat(first.read()).containsExactly("gap");
            try (Program second = new Program("/n", Since.Point.NONE);
                    Program pattern = new Program("/*", Since.Point.NONE)) {
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
    @DisplayName(
            "H-16 who comes back to a gap that has grown since is told that he does not get all; to one that has not,"
                    + " nothing")
    void comesBack() {
        String at;
        try (Program reader = new Program("/n", Since.Point.NONE)) {
            message("/n", "one");
            fenced("/n");
            assertThat(reader.read()).containsExactly("one", "gap");
            at = reader.gaps.getLast().after();
        }
        try (Program same = new Program("/n", new Since.After(at))) {
            assertThat(same.read()).isEmpty();
        }
        fenced("/n");
        message("/n", "two");
        String grown;
        try (Program again = new Program("/n", new Since.After(at))) {
            assertThat(again.read()).containsExactly("gap", "two");
            grown = again.gaps.getLast().after();
        }
        try (Program after = new Program("/n", new Since.After(grown))) {
            assertThat(after.read()).containsExactly("two");
        }
    }

    @Test
    @DisplayName("H-16 how many are missed is told, whatever was told before")
    void counted() {
        try (Program reader = new Program("/n", Since.Point.NONE)) {
            evicted(3);
            assertThat(reader.read()).containsExactly("gap of 3");
            fenced("/n");
            fenced("/n");
            assertThat(reader.read()).containsExactly("gap");
            evicted(2);
            assertThat(reader.read()).containsExactly("gap of 2");
            evicted(1);
            fenced("/n");
            assertThat(reader.read()).as("some and one and some are some").isEmpty();
            message("/n", "one");
            assertThat(reader.read()).containsExactly("one");
        }
    }

    @Test
    @DisplayName(
            "H-16 nobody knows how many are missed if one was lost between those that have gone, in each part of them")
    void lostAmongThoseThatAreGone() {
        try (Program behind = new Program("/n", Since.Point.NONE);
                Program before = new Program("/n", Since.Point.NONE);
                Program after = new Program("/n", Since.Point.NONE)) {
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

    private void evicted(int count) {
        for (int i = 0; i < count; i++) {
            message("/n", "x");
        }
        clock.advance(Duration.ofMinutes(11));
        store.evict();
    }

    @Test
    @DisplayName("H-16 losses push no message out of the history, and take no memory")
    void keepsTheHistory() {
        List<String> texts = IntStream.range(0, 100).mapToObj(Integer::toString).toList();
        try (Program pattern = new Program("/*", Since.Point.NONE)) {
            texts.forEach(text -> message("/n", text));
            long held = store.usage().storedBytes();
            for (int i = 0; i < MANY; i++) {
                fenced("/n");
            }
            assertThat(store.usage().storedBytes() - held).isEqualTo(16);
            for (int i = 0; i < MANY; i++) {
                new Program("/n", Since.Point.NONE).close(); // has to be told of the next, so that takes a place
                fenced("/n");
            }
            message("/n", "100");

            assertThat(store.channels(1).items().getFirst().messages()).isEqualTo(100);
            assertThat(pattern.read()).endsWith("98", "99", "gap", "100");
        }
        try (Program all = new Program("/n", Since.Point.ALL)) {
            List<String> read = all.read();
            assertThat(read).containsSubsequence(texts.subList(1, 100)).endsWith("gap", "100");
            assertThat(read.stream().filter("gap"::equals)).hasSize(2);
        }
    }
}
