package dev.ginkgo.hub.replication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.RangeResponse;
import dev.ginkgo.hub.spi.SequenceRange;
import dev.ginkgo.hub.spi.SnapshotChunk;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;

/** A replicator with recorded requests and events, and a clock that the test advances. */
abstract class ReplicatorTestCase {
    static final NodeIncarnation SELF = new NodeIncarnation("self", 1);
    static final NodeIncarnation A = new NodeIncarnation("a", 1);
    static final NodeIncarnation B = new NodeIncarnation("b", 1);

    final List<String> events = new ArrayList<>();
    final List<String> requests = new ArrayList<>();
    final ManualTime time = new ManualTime();
    final Replicator replicator = createReplicator(events, requests, time);

    /** Creates another replicator, not started. */
    Replicator newReplicator() {
        return createReplicator(events, requests, time);
    }

    private static Replicator createReplicator(List<String> events, List<String> requests, TimeSource timeSource) {
        return new Replicator(
                SELF,
                new ReplicationSink() {
                    @Override
                    public void relay(Envelope message) {
                        events.add(message.origin().name() + message.sequence());
                    }

                    @Override
                    public void recordLoss(Loss loss) {
                        events.add("lost " + loss.range().from() + ".."
                                + loss.range().to()
                                + (loss.beforeStart() ? " before start" : "")
                                + (loss.unaffectedChannels().isEmpty()
                                        ? ""
                                        : " but not on " + loss.unaffectedChannels()));
                    }

                    @Override
                    public RangeResponse readRange(SequenceRange sequenceRange) {
                        return RangeResponse.empty(sequenceRange);
                    }

                    @Override
                    public void incarnationSeen(NodeIncarnation incarnation) {}

                    @Override
                    public SnapshotChunk readSnapshot(long after, NodeIncarnation self) {
                        return SnapshotChunk.empty(after);
                    }

                    @Override
                    public void applySnapshot(SnapshotChunk chunk) {
                        assertThat(chunk.items()).isEmpty();
                    }

                    @Override
                    public void abandonSnapshot() {
                        throw new UnsupportedOperationException("no state transfer expected");
                    }
                },
                new Replicator.PeerRequests(
                        (peer, sequenceRange) -> requests.add(
                                peer.name() + ": " + sequenceRange.origin().name() + " " + sequenceRange.from() + ".."
                                        + sequenceRange.to()),
                        (peer, after) -> {}),
                () -> {},
                timeSource);
    }

    @BeforeEach
    void start() {
        replicator.start();
    }

    static final class ManualTime implements TimeSource {
        long nanos;

        @Override
        public Instant now() {
            return Instant.EPOCH.plusNanos(nanos);
        }

        @Override
        public long nanos() {
            return nanos;
        }

        @Override
        public void park(long deadline) {
            throw new UnsupportedOperationException("the replicator does not park");
        }

        @Override
        public void unpark(Thread thread) {
            throw new UnsupportedOperationException("the replicator does not park");
        }
    }

    void advance(long millis) {
        for (long left = millis; left > 0; left -= 50) {
            time.nanos += Duration.ofMillis(50).toNanos();
            replicator.tick();
        }
    }

    static Envelope message(NodeIncarnation nodeIncarnation, long sequence, long previous, String channel) {
        return new Envelope(nodeIncarnation, sequence, previous, channel, false, new byte[10], 0, Optional.empty());
    }

    static Envelope message(NodeIncarnation nodeIncarnation, long sequence) {
        return message(nodeIncarnation, sequence, sequence - 1, "/n");
    }

    void receive(NodeIncarnation nodeIncarnation, long... sequences) {
        Arrays.stream(sequences).forEach(each -> replicator.received(message(nodeIncarnation, each)));
    }

    void respond(NodeIncarnation peer, SequenceRange sequenceRange, long through, long... sequences) {
        List<Envelope> found = LongStream.of(sequences)
                .mapToObj(each -> message(sequenceRange.origin(), each))
                .toList();
        replicator.rangeReceived(peer, new RangeResponse(sequenceRange, found, through));
    }

    void connect(NodeIncarnation... peers) {
        replicator.readyPeersChanged(Set.of(peers));
        for (NodeIncarnation peer : peers) {
            replicator.heartbeat(peer, 0, Map.of());
        }
    }
}
