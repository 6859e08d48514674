package dev.ginkgo.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.cluster.Lease;
import dev.ginkgo.cluster.LeaseExpiredException;
import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.config.Size;
import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.idempotency.IdempotencyCache;
import dev.ginkgo.hub.log.EpochFence;
import dev.ginkgo.hub.log.ReplicationOutput;
import dev.ginkgo.hub.log.Store;
import dev.ginkgo.hub.log.StoreLimits;
import dev.ginkgo.hub.message.Gap;
import dev.ginkgo.hub.message.MessageId;
import dev.ginkgo.hub.message.PublishResult;
import dev.ginkgo.hub.message.Since;
import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.hub.position.OriginId;
import dev.ginkgo.hub.replication.ReplicationSink;
import dev.ginkgo.hub.replication.StoreReplicationSink;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.SequenceRange;
import dev.ginkgo.hub.spi.SnapshotChunk;
import dev.ginkgo.testing.TestTree;
import dev.ginkgo.time.TimeSource;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Messages of another node that this node cannot fetch, and how subscribers learn about them. */
class LossBetweenNodesTest {
    private static final NodeIncarnation OTHER = new NodeIncarnation("10.0.0.2:4440", 3);

    private final List<Envelope> sent = new ArrayList<>();
    private final EpochFence epochFence = new EpochFence();
    private final Store store = new Store(
            new StoreLimits(
                    () -> Size.ofMebibytes(1),
                    () -> 100,
                    () -> Duration.ZERO,
                    () -> Duration.ofMinutes(10),
                    () -> 100,
                    () -> 100),
            TimeSource.system(),
            new ReplicationOutput(new NodeIncarnation("10.0.0.1:4440", 7), 0, envelope -> {
                sent.add(envelope);
                return 2;
            }),
            epochFence,
            new Counters());
    private final StoreReplicationSink storeReplicationSink =
            new StoreReplicationSink(store, new IdempotencyCache(TimeSource.system()), TimeSource.system());
    private final List<Gap> gaps = new ArrayList<>();

    @AfterEach
    void close() {
        store.close();
    }

    private Subscription subscribe(String channels, Since since) {
        return Subscription.open(
                        store,
                        SubscribeRequest.of(ChannelSelector.of(channels), since),
                        TimeSource.system(),
                        new Counters())
                .onGap(gaps::add);
    }

    private void relay(String channel, long sequence, String text) {
        storeReplicationSink.relay(new Envelope(
                OTHER,
                sequence,
                sequence - 1,
                channel,
                false,
                text.getBytes(StandardCharsets.UTF_8),
                0,
                Optional.empty()));
    }

    private void lost(long from, long to, boolean beforeStart, String... unaffected) {
        storeReplicationSink.recordLoss(
                new ReplicationSink.Loss(new SequenceRange(OTHER, from, to), Set.of(unaffected), beforeStart));
    }

    @Test
    @DisplayName("H-16 messages lost between nodes are a gap at their position on every channel that may have lost one")
    void lossIsGapOnAffectedChannels() throws Exception {
        try (Subscription affected = subscribe("/affected", Since.Point.NONE);
                Subscription pattern = subscribe("/*", Since.Point.NONE);
                Subscription unaffected = subscribe("/unaffected", Since.Point.NONE)) {
            relay("/affected", 1, "one");
            lost(2, 3, false, "/unaffected");
            relay("/affected", 4, "four");
            relay("/unaffected", 5, "five");

            assertThat(affected.take().text()).isEqualTo("one");
            assertThat(gaps).isEmpty();
            assertThat(affected.take().text()).isEqualTo("four");
            assertThat(gaps).extracting(Gap::channel).containsExactly("/affected");
            assertThat(gaps.getFirst().missed()).isEqualTo(Gap.UNKNOWN);
            gaps.clear();
            assertThat(unaffected.take().text()).isEqualTo("five");
            assertThat(gaps).isEmpty();
            for (String text : List.of("one", "four", "five")) {
                assertThat(pattern.take().text()).isEqualTo(text);
            }
            assertThat(gaps).extracting(Gap::channel).containsExactly("/*");
        }
    }

    @Test
    @DisplayName(
            "H-16 a loss is reported even if no message of its node follows, and after resuming from an id before it")
    void lossIsGapAfterResume() throws Exception {
        relay("/n", 1, "one");
        String id;
        try (Subscription subscriber = subscribe("/n", Since.Point.ALL)) {
            id = subscriber.take().id();
            lost(2, 2, false);
            store.publish(ChannelName.of("/other"), Payload.text("x"));
            store.publish(ChannelName.of("/n"), Payload.text("two"));
            assertThat(subscriber.take().text()).isEqualTo("two");
            assertThat(gaps).hasSize(1);
        }
        gaps.clear();
        try (Subscription resumed = subscribe("/n", new Since.After(id))) {
            assertThat(resumed.take().text()).isEqualTo("two");
            assertThat(gaps).hasSize(1);
            store.publish(ChannelName.of("/n"), Payload.text("three"));
            assertThat(resumed.take().text()).isEqualTo("three");
            assertThat(gaps).hasSize(1);
        }
    }

    @Test
    @DisplayName("H-16 a loss from before this node started is a gap only for subscribers that ask for history")
    void lossBeforeStartIsGapOnlyInHistory() throws Exception {
        try (Subscription subscriber = subscribe("/n", Since.Point.NONE)) {
            lost(1, 9, true);
            relay("/n", 10, "ten");
            assertThat(subscriber.take().text()).isEqualTo("ten");
            assertThat(gaps).isEmpty();
        }
        try (Subscription all = subscribe("/n", Since.Point.ALL)) {
            assertThat(all.take().text()).isEqualTo("ten");
            assertThat(gaps).hasSize(1);
        }
    }

    @Test
    @DisplayName("K-05 H-16 a fenced message is a gap for live and for resuming subscribers")
    void fencedMessageIsGap() throws Exception {
        relay("/n", 1, "one");
        String id;
        try (Subscription subscriber = subscribe("/n", Since.Point.ALL)) {
            id = subscriber.take().id();
            epochFence.observe(new Epoch("raft", 9));
            relayUnder(8, OTHER, 2);
            relay("/n", 3, "three");
            assertThat(subscriber.take().text()).isEqualTo("three");
            assertThat(gaps).hasSize(1);
        }
        try (Subscription resumed = subscribe("/n", new Since.After(id))) {
            assertThat(resumed.take().text()).isEqualTo("three");
            assertThat(gaps).hasSize(2);
        }
    }

    private void relayUnder(long epoch, NodeIncarnation nodeIncarnation, long sequence) {
        storeReplicationSink.relay(new Envelope(
                nodeIncarnation,
                sequence,
                sequence - 1,
                "/n",
                false,
                (nodeIncarnation.name() + " " + sequence).getBytes(StandardCharsets.UTF_8),
                0,
                Optional.of(new Epoch("raft", epoch))));
    }

    @Test
    @DisplayName(
            "K-05 a message of an older epoch is rejected after one of a newer epoch, for any publisher, and counted")
    void rejectsOlderEpochAfterNewerOne() throws Exception {
        NodeIncarnation third = new NodeIncarnation("10.0.0.3:4440", 1);
        try (Subscription subscriber = subscribe("/n", Since.Point.NONE)) {
            relayUnder(7, OTHER, 1);
            relayUnder(8, third, 1);
            relayUnder(7, OTHER, 2);
            relay("/n", 3, "without lease");
            storeReplicationSink.relay(new Envelope(
                    third, 2, 1, "/n", false, new byte[0], 0, Optional.of(new Epoch("another cluster", 1))));

            assertThat(subscriber.take().text()).isEqualTo("10.0.0.2:4440 1");
            assertThat(subscriber.take().text()).isEqualTo("10.0.0.3:4440 1");
            assertThat(subscriber.take().text()).isEqualTo("without lease");
            assertThat(subscriber.take().text()).isEmpty();
            assertThat(gaps).as("gap for the fenced message").hasSize(1);
            assertThat(epochFence.rejected()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("K-03 K-05 a newer epoch of another node rejects this node's own publishes under its older lease")
    void newerEpochFencesOwnLease() throws Exception {
        try (TestTree<Cluster> cluster = TestTree.start(new Cluster());
                Subscription subscriber = subscribe("/n", Since.Point.NONE)) {
            Lease lease = cluster.root().awaitLeadership();
            store.publish(ChannelName.of("/n"), Payload.text("mine"), 0, Optional.empty(), lease);
            Epoch own = lease.epoch();
            storeReplicationSink.relay(new Envelope(
                    OTHER,
                    1,
                    0,
                    "/n",
                    false,
                    new byte[] {'a'},
                    0,
                    Optional.of(new Epoch(own.cluster(), own.number() + 1))));

            assertThatThrownBy(
                            () -> store.publish(ChannelName.of("/n"), Payload.text("late"), 0, Optional.empty(), lease))
                    .isInstanceOf(LeaseExpiredException.class);

            relay("/n", 2, "end");
            assertThat(subscriber.take().text()).isEqualTo("mine");
            assertThat(subscriber.take().text()).isEqualTo("a");
            assertThat(subscriber.take().text()).isEqualTo("end");
        }
    }

    @Test
    @DisplayName("H-08 a message received twice is stored once, and never after a later one of its origin")
    void duplicateIsDropped() throws Exception {
        relay("/n", 1, "one");
        relay("/n", 1, "one");
        relay("/n", 3, "three");
        relay("/n", 2, "two");
        try (Subscription all = subscribe("/n", Since.Point.ALL)) {
            assertThat(all.take().text()).isEqualTo("one");
            assertThat(all.take().text()).isEqualTo("three");
            relay("/n", 4, "four");
            assertThat(all.take().text()).isEqualTo("four");
        }
    }

    @Test
    @DisplayName("K-20 a snapshot item with an impossibly large age counts as expired and does no harm")
    void impossibleAgeCountsAsExpired() throws Exception {
        Envelope first = new Envelope(OTHER, 1, 0, "/n", false, new byte[] {'1'}, 0, Optional.empty());
        SnapshotChunk.Item item = new SnapshotChunk.Item(first, Long.MAX_VALUE, List.of());
        storeReplicationSink.applySnapshot(new SnapshotChunk(0, List.of(item), 1, Map.of(), Optional.empty()));
        relay("/n", 2, "two");
        try (Subscription all = subscribe("/n", Since.Point.ALL)) {
            assertThat(all.take().text()).isEqualTo("two");
            assertThat(gaps).hasSize(1);
        }
    }

    @Test
    @DisplayName("H-16 an envelope names the previous message on its channel, never an earlier one")
    void envelopeNamesPreviousMessageOfChannel() {
        PublishResult first = store.publish(ChannelName.of("/a"), Payload.text("x"));
        store.publish(ChannelName.of("/b"), Payload.text("x"));
        store.publish(ChannelName.of("/a"), Payload.text("x"));
        assertThat(first.peers()).isEqualTo(2);
        assertThat(sent).extracting(Envelope::previous).containsExactly(0L, 0L, 1L);
        assertThat(storeReplicationSink
                        .readRange(new SequenceRange(sent.getFirst().origin(), 2, 9))
                        .messages())
                .containsExactly(sent.get(1), sent.get(2));
    }

    @Test
    @DisplayName("H-15 an id of an earlier, unknown incarnation of a node is not mistaken for one of its current"
            + " incarnation")
    void idOfUnknownEarlierIncarnationIsNotRecovered() throws Exception {
        relay("/n", 1, "one");
        String text = new MessageId(List.of(new MessageId.Position(OriginId.of(OTHER.name()), 2, 5))).text();
        try (Subscription subscriber = subscribe("/n", new Since.After(text))) {
            assertThat(subscriber.take().text()).isEqualTo("one");
            assertThat(gaps).hasSize(1);
        }
    }
}
