package dev.ginkgo.hub.replication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.RangeResponse;
import dev.ginkgo.hub.spi.SequenceRange;
import dev.ginkgo.hub.spi.SnapshotChunk;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A node that begins, and peers that answer, or do not. */
class StateTransferTest {
    private static final NodeIncarnation A = new NodeIncarnation("a", 1);
    private static final NodeIncarnation B = new NodeIncarnation("b", 1);
    private static final Set<NodeIncarnation> BOTH = Set.of(A, B);

    private final List<String> story = new ArrayList<>();
    private final StateTransfer stateTransfer =
            new StateTransfer(new Heir(), (peer, after) -> story.add(peer.name() + " from " + after));
    private long now;

    private final class Heir implements ReplicationSink {
        @Override
        public void applySnapshot(SnapshotChunk some) {
            story.add("up to " + some.through());
        }

        @Override
        public void abandonSnapshot() {
            story.add("incomplete");
        }

        @Override
        public void relay(Envelope message) {
            throw new AssertionError("nothing else comes");
        }

        @Override
        public void recordLoss(Loss loss) {
            throw new AssertionError("nothing else comes");
        }

        @Override
        public void incarnationSeen(NodeIncarnation life) {}

        @Override
        public RangeResponse readRange(SequenceRange asked) {
            return RangeResponse.empty(asked);
        }

        @Override
        public SnapshotChunk readSnapshot(long after, NodeIncarnation self) {
            return SnapshotChunk.empty(after);
        }
    }

    private void pass(long millis) {
        for (long left = millis; left > 0; left -= 50) {
            now += Duration.ofMillis(50).toNanos();
            stateTransfer.tick(now);
        }
    }

    private static SnapshotChunk piece(long after, long through) {
        return new SnapshotChunk(after, List.of(), through, Map.of(), Optional.empty());
    }

    private static SnapshotChunk last(long after, long through) {
        SnapshotChunk.End end = new SnapshotChunk.End(true, Map.of(A, 7L), List.of());
        return new SnapshotChunk(after, List.of(), through, Map.of(), Optional.of(end));
    }

    @Test
    @DisplayName("K-20 one peer hands all over, piece by piece; it is asked again if an answer is lost")
    void pieces() {
        stateTransfer.peerAvailable(A, now);
        stateTransfer.chunkReceived(A, piece(0, 3), now);
        pass(300);
        stateTransfer.chunkReceived(A, last(3, 5), now);
        stateTransfer.chunkReceived(A, last(3, 5), now);

        assertThat(story).containsExactly("a from 0", "up to 3", "a from 3", "a from 3", "up to 5");
        assertThat(stateTransfer.isFinished()).isTrue();
        assertThat(stateTransfer.positions()).isEqualTo(Map.of(A, 7L));
    }

    @Test
    @DisplayName("K-20 of a peer that is silent, or has just begun itself, the next one is asked")
    void next() {
        stateTransfer.peerAvailable(A, now);
        stateTransfer.peerAvailable(B, now);
        pass(1_500);
        assertThat(story).endsWith("b from 0").contains("a from 0");
        stateTransfer.chunkReceived(B, SnapshotChunk.empty(0), now);
        pass(50);
        assertThat(story).endsWith("a from 0");
        stateTransfer.chunkReceived(A, last(0, 5), now);
        assertThat(story).endsWith("up to 5");
        assertThat(stateTransfer.isFinished()).isTrue();
    }

    @Test
    @DisplayName("K-20 if the peer falls silent in between, what has come stays and counts as incomplete")
    void silentInBetween() {
        stateTransfer.peerAvailable(A, now);
        stateTransfer.peerAvailable(B, now);
        stateTransfer.chunkReceived(A, piece(0, 3), now);
        pass(1_500);

        assertThat(story).endsWith("incomplete");
        assertThat(stateTransfer.isFinished()).isTrue();
        assertThat(stateTransfer.positions()).isEmpty();
    }

    @Test
    @DisplayName("K-20 when all have just begun there is nothing to wait for; if only those have whom one knows so far,"
            + " another may have all")
    void allBegin() {
        assertThat(stateTransfer.hasNothingToTransfer(Set.of())).isTrue();
        stateTransfer.peerAvailable(A, now);
        stateTransfer.chunkReceived(A, SnapshotChunk.empty(0), now);
        pass(50);
        assertThat(stateTransfer.hasNothingToTransfer(Set.of(A))).isTrue();
        assertThat(stateTransfer.hasNothingToTransfer(BOTH)).isFalse();
        assertThat(stateTransfer.isFinished()).isFalse();

        stateTransfer.peerAvailable(B, now);
        stateTransfer.chunkReceived(A, SnapshotChunk.empty(0), now); // asked again meanwhile
        stateTransfer.chunkReceived(B, SnapshotChunk.empty(0), now);
        assertThat(stateTransfer.hasNothingToTransfer(BOTH)).isTrue();
        stateTransfer.stop();
        assertThat(story).doesNotContain("incomplete");
    }

    @Test
    @DisplayName("K-20 those that have just begun are asked again and again, as they may have all a moment later")
    void laterAll() {
        stateTransfer.peerAvailable(A, now);
        stateTransfer.chunkReceived(A, SnapshotChunk.empty(0), now);
        pass(200);
        stateTransfer.chunkReceived(A, last(0, 5), now);

        assertThat(stateTransfer.hasNothingToTransfer(Set.of(A))).isFalse();
        assertThat(stateTransfer.isFinished()).isTrue();
        assertThat(story).endsWith("up to 5");
    }
}
