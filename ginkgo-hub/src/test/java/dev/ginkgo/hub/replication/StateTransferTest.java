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

/** State transfer to a starting node, from peers that respond or do not respond. */
class StateTransferTest {
    private static final NodeIncarnation A = new NodeIncarnation("a", 1);
    private static final NodeIncarnation B = new NodeIncarnation("b", 1);
    private static final Set<NodeIncarnation> BOTH = Set.of(A, B);

    private final List<String> events = new ArrayList<>();
    private final StateTransfer stateTransfer =
            new StateTransfer(new Sink(), (peer, after) -> events.add(peer.name() + " from " + after));
    private long now;

    private final class Sink implements ReplicationSink {
        @Override
        public void applySnapshot(SnapshotChunk chunk) {
            events.add("up to " + chunk.through());
        }

        @Override
        public void abandonSnapshot() {
            events.add("incomplete");
        }

        @Override
        public void relay(Envelope message) {
            throw new AssertionError("unexpected call");
        }

        @Override
        public void recordLoss(Loss loss) {
            throw new AssertionError("unexpected call");
        }

        @Override
        public void incarnationSeen(NodeIncarnation incarnation) {}

        @Override
        public RangeResponse readRange(SequenceRange range) {
            return RangeResponse.empty(range);
        }

        @Override
        public SnapshotChunk readSnapshot(long after, NodeIncarnation self) {
            return SnapshotChunk.empty(after);
        }
    }

    private void advance(long millis) {
        for (long left = millis; left > 0; left -= 50) {
            now += Duration.ofMillis(50).toNanos();
            stateTransfer.tick(now);
        }
    }

    private static SnapshotChunk chunk(long after, long through) {
        return new SnapshotChunk(after, List.of(), through, Map.of(), Optional.empty());
    }

    private static SnapshotChunk lastChunk(long after, long through) {
        SnapshotChunk.End end = new SnapshotChunk.End(true, Map.of(A, 7L), List.of());
        return new SnapshotChunk(after, List.of(), through, Map.of(), Optional.of(end));
    }

    @Test
    @DisplayName("K-20 one peer sends its snapshot in chunks; an unanswered request is repeated")
    void transfersChunks() {
        stateTransfer.peerAvailable(A, now);
        stateTransfer.chunkReceived(A, chunk(0, 3), now);
        advance(300);
        stateTransfer.chunkReceived(A, lastChunk(3, 5), now);
        stateTransfer.chunkReceived(A, lastChunk(3, 5), now);

        assertThat(events).containsExactly("a from 0", "up to 3", "a from 3", "a from 3", "up to 5");
        assertThat(stateTransfer.isFinished()).isTrue();
        assertThat(stateTransfer.positions()).isEqualTo(Map.of(A, 7L));
    }

    @Test
    @DisplayName("K-20 if a peer does not respond, or has just started itself, the next peer is asked")
    void asksNextPeer() {
        stateTransfer.peerAvailable(A, now);
        stateTransfer.peerAvailable(B, now);
        advance(1_500);
        assertThat(events).endsWith("b from 0").contains("a from 0");
        stateTransfer.chunkReceived(B, SnapshotChunk.empty(0), now);
        advance(50);
        assertThat(events).endsWith("a from 0");
        stateTransfer.chunkReceived(A, lastChunk(0, 5), now);
        assertThat(events).endsWith("up to 5");
        assertThat(stateTransfer.isFinished()).isTrue();
    }

    @Test
    @DisplayName(
            "K-78 the first chunk of a peer is accepted although another one has been asked meanwhile: if all peers are"
                    + " slow, one transfers its state all the same")
    void lateFirstChunk_startsTransfer() {
        // Given two peers that need longer than the timeout
        stateTransfer.peerAvailable(A, now);
        stateTransfer.peerAvailable(B, now);
        advance(1_600);
        assertThat(events).endsWith("b from 0");

        // When the first one responds
        stateTransfer.chunkReceived(A, chunk(0, 3), now);

        // Then it continues; the other one, which is late too, is ignored
        assertThat(events).endsWith("up to 3", "a from 3");
        stateTransfer.chunkReceived(B, chunk(0, 2), now);
        stateTransfer.chunkReceived(A, lastChunk(3, 5), now);
        assertThat(events).endsWith("a from 3", "up to 5");
        assertThat(stateTransfer.isFinished()).isTrue();
    }

    @Test
    @DisplayName("K-78 a late response of a peer without state counts, and does not end the request to another one")
    void lateResponseWithoutState_counts() {
        stateTransfer.peerAvailable(A, now);
        stateTransfer.peerAvailable(B, now);
        advance(1_600);
        stateTransfer.chunkReceived(A, SnapshotChunk.empty(0), now);
        stateTransfer.chunkReceived(B, SnapshotChunk.empty(0), now);
        assertThat(stateTransfer.hasNothingToTransfer(BOTH)).isTrue();
    }

    @Test
    @DisplayName("K-78 a peer that transfers its state may pause for seconds, and is not asked more and more often")
    void slowTransfer_continues() {
        stateTransfer.peerAvailable(A, now);
        stateTransfer.chunkReceived(A, chunk(0, 3), now);
        advance(3_500);
        assertThat(events.stream().filter("a from 3"::equals)).hasSize(4); // after 0.3, 0.9 and 2.1 s
        stateTransfer.chunkReceived(A, lastChunk(3, 5), now);
        assertThat(events).endsWith("up to 5").doesNotContain("incomplete");
    }

    @Test
    @DisplayName("K-78 the start waits longer for a transfer that has begun than for one that has not")
    void transferThatHasBegun_mayTakeLonger() {
        Duration timeout = Duration.ofSeconds(5);
        assertThat(stateTransfer.limit(timeout, true)).isEqualTo(timeout);
        assertThat(stateTransfer.limit(timeout, false)).isEqualTo(Duration.ofSeconds(8));
        stateTransfer.peerAvailable(A, now);
        stateTransfer.chunkReceived(A, chunk(0, 3), now);
        assertThat(stateTransfer.limit(timeout, false)).isEqualTo(Duration.ofSeconds(45));
    }

    @Test
    @DisplayName("K-20 if the peer stops responding, the chunks received so far are kept and count as incomplete")
    void peerThatStopsRespondingLeavesIncompleteState() {
        stateTransfer.peerAvailable(A, now);
        stateTransfer.peerAvailable(B, now);
        stateTransfer.chunkReceived(A, chunk(0, 3), now);
        advance(4_000);

        assertThat(events).endsWith("incomplete");
        assertThat(stateTransfer.isFinished()).isTrue();
        assertThat(stateTransfer.positions()).isEmpty();
    }

    @Test
    @DisplayName("K-20 there is nothing to transfer if all peers have just started, but another peer may still have a"
            + " snapshot")
    void nothingToTransfer_whenAllPeersHaveJustStarted() {
        assertThat(stateTransfer.hasNothingToTransfer(Set.of())).isTrue();
        stateTransfer.peerAvailable(A, now);
        stateTransfer.chunkReceived(A, SnapshotChunk.empty(0), now);
        advance(50);
        assertThat(stateTransfer.hasNothingToTransfer(Set.of(A))).isTrue();
        assertThat(stateTransfer.hasNothingToTransfer(BOTH)).isFalse();
        assertThat(stateTransfer.isFinished()).isFalse();

        stateTransfer.peerAvailable(B, now);
        stateTransfer.chunkReceived(A, SnapshotChunk.empty(0), now); // a repeated request
        stateTransfer.chunkReceived(B, SnapshotChunk.empty(0), now);
        assertThat(stateTransfer.hasNothingToTransfer(BOTH)).isTrue();
        stateTransfer.stop();
        assertThat(events).doesNotContain("incomplete");
    }

    @Test
    @DisplayName("K-20 peers that have just started are asked again, because they may have a snapshot later")
    void asksStartedPeersAgain() {
        stateTransfer.peerAvailable(A, now);
        stateTransfer.chunkReceived(A, SnapshotChunk.empty(0), now);
        advance(200);
        stateTransfer.chunkReceived(A, lastChunk(0, 5), now);

        assertThat(stateTransfer.hasNothingToTransfer(Set.of(A))).isFalse();
        assertThat(stateTransfer.isFinished()).isTrue();
        assertThat(events).endsWith("up to 5");
    }
}
