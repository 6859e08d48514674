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

/** One node that hears what others say, on a clock that stands still. */
abstract class ReplicatorTestCase {
    static final NodeIncarnation SELF = new NodeIncarnation("self", 1);
    static final NodeIncarnation A = new NodeIncarnation("a", 1);
    static final NodeIncarnation B = new NodeIncarnation("b", 1);

    final List<String> story = new ArrayList<>();
    final List<String> asked = new ArrayList<>();
    final ManualTime time = new ManualTime();
    final Replicator replica = replica(story, asked, time);

    /** Another one, that has not begun. */
    Replicator replica() {
        return replica(story, asked, time);
    }

    private static Replicator replica(List<String> story, List<String> asked, TimeSource time) {
        return new Replicator(
                SELF,
                new ReplicationSink() {
                    @Override
                    public void relay(Envelope message) {
                        story.add(message.origin().name() + message.sequence());
                    }

                    @Override
                    public void lost(Loss loss) {
                        story.add("lost " + loss.stretch().from() + ".."
                                + loss.stretch().to()
                                + (loss.beforeUs() ? " before us" : "")
                                + (loss.sound().isEmpty() ? "" : " but not on " + loss.sound()));
                    }

                    @Override
                    public RangeResponse answer(SequenceRange stretch) {
                        return RangeResponse.nothing(stretch);
                    }

                    @Override
                    public void met(NodeIncarnation life) {}

                    @Override
                    public SnapshotChunk holdings(long after, NodeIncarnation self) {
                        return SnapshotChunk.nothing(after);
                    }

                    @Override
                    public void inherit(SnapshotChunk some) {
                        assertThat(some.items()).isEmpty();
                    }

                    @Override
                    public void disinherit() {
                        throw new UnsupportedOperationException("this node has begun alone");
                    }
                },
                new Replicator.PeerRequests(
                        (peer, stretch) -> asked.add(peer.name() + ": "
                                + stretch.origin().name() + " " + stretch.from() + ".." + stretch.to()),
                        (peer, after) -> {}),
                () -> {},
                time);
    }

    @BeforeEach
    void begin() {
        replica.begin();
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
            throw new UnsupportedOperationException("nobody waits here");
        }

        @Override
        public void unpark(Thread thread) {
            throw new UnsupportedOperationException("nobody waits here");
        }
    }

    void pass(long millis) {
        for (long left = millis; left > 0; left -= 50) {
            time.nanos += Duration.ofMillis(50).toNanos();
            replica.tick();
        }
    }

    static Envelope message(NodeIncarnation origin, long sequence, long previous, String channel) {
        return new Envelope(origin, sequence, previous, channel, false, new byte[10], 0, Optional.empty());
    }

    static Envelope message(NodeIncarnation origin, long sequence) {
        return message(origin, sequence, sequence - 1, "/n");
    }

    void received(NodeIncarnation origin, long... sequences) {
        Arrays.stream(sequences).forEach(each -> replica.received(message(origin, each)));
    }

    void answer(NodeIncarnation peer, SequenceRange stretch, long through, long... sequences) {
        List<Envelope> found = LongStream.of(sequences)
                .mapToObj(each -> message(stretch.origin(), each))
                .toList();
        replica.answered(peer, new RangeResponse(stretch, found, through));
    }

    void meets(NodeIncarnation... peers) {
        replica.ready(Set.of(peers));
        for (NodeIncarnation peer : peers) {
            replica.beat(peer, 0, Map.of());
        }
    }
}
