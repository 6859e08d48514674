package dev.ginkgo.hub.replication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.RangeResponse;
import dev.ginkgo.hub.spi.SequenceRange;
import dev.ginkgo.hub.spi.SnapshotChunk;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Replicator of one node: order, duplicates, retransmission of missing ranges, and reported losses. */
class ReplicatorTest extends ReplicatorTestCase {
    @Test
    @DisplayName("H-08 a message received twice is applied once, whether sent or retransmitted")
    void appliesDuplicatesOnce() {
        connect(A);
        receive(A, 1, 2, 2, 1, 3);
        respond(A, new SequenceRange(A, 1, 3), 3, 1, 2, 3);
        assertThat(events).containsExactly("a1", "a2", "a3");
        assertThat(replicator.positions()).isEqualTo(Map.of(A, 3L));
    }

    @Test
    @DisplayName("H-08 duplicates use no space in the reorder buffer")
    void duplicatesUseNoBufferSpace() {
        connect(A);
        byte[] large = new byte[512 * 1024];
        for (int time = 0; time < 2; time++) {
            for (long n = 1; n <= 40; n++) {
                replicator.received(new Envelope(A, n, n - 1, "/n", false, large, 0, Optional.empty()));
            }
        }
        receive(A, 42);
        assertThat(events).hasSize(40).endsWith("a40");
        respond(A, new SequenceRange(A, 41, 41), 41, 41);
        assertThat(events).endsWith("a40", "a41", "a42");
    }

    @Test
    @DisplayName("K-20 a missing range is requested at once, and later messages wait until it has arrived")
    void requestsMissingRange() {
        connect(A, B);
        receive(A, 1, 4, 5);
        receive(B, 1);
        assertThat(events).containsExactly("a1", "b1");
        assertThat(requests).containsExactly("a: a 2..3");

        respond(A, new SequenceRange(A, 2, 3), 3, 2, 3);
        assertThat(events).containsExactly("a1", "b1", "a2", "a3", "a4", "a5");
        advance(1_000);
        assertThat(requests).hasSize(1);
    }

    @Test
    @DisplayName("K-20 a range the origin lacks is requested from the next peer; if no peer has it, it is lost")
    void rangeThatNoPeerHasIsLost() {
        connect(A, B);
        receive(A, 1);
        replicator.received(message(A, 5, 0, "/other"));
        respond(A, new SequenceRange(A, 2, 4), 4, 3);
        assertThat(requests).containsExactly("a: a 2..4", "b: a 2..4");
        assertThat(events).containsExactly("a1");
        respond(B, new SequenceRange(A, 2, 4), 4, 4);
        assertThat(events).containsExactly("a1", "lost 2..2 but not on [/other]", "a3", "a4", "a5");
    }

    @Test
    @DisplayName("K-20 a peer that has not responded is asked again after the others; a peer that has responded is not")
    void repeatsUnansweredRequests() {
        connect(A, B);
        receive(A, 1, 3);
        advance(150);
        assertThat(requests).containsExactly("a: a 2..2", "b: a 2..2");
        respond(B, new SequenceRange(A, 2, 2), 2);
        advance(150);
        assertThat(requests).containsExactly("a: a 2..2", "b: a 2..2", "a: a 2..2", "a: a 2..2");

        respond(A, new SequenceRange(A, 2, 2), 2, 2);
        assertThat(events).containsExactly("a1", "a2", "a3");
    }

    @Test
    @DisplayName(
            "K-20 waits for an origin that sends heartbeats but is not ready for requests, as when a partition heals")
    void waitsForOriginToBecomeReady() {
        connect(A, B);
        receive(A, 1);
        replicator.readyPeersChanged(Set.of(B));
        replicator.heartbeat(A, 3, Map.of());
        respond(B, new SequenceRange(A, 2, 3), 3);
        advance(200);
        assertThat(events).containsExactly("a1");

        replicator.readyPeersChanged(Set.of(A, B));
        advance(150);
        assertThat(requests).containsExactly("b: a 2..3", "a: a 2..3");
        respond(A, new SequenceRange(A, 2, 3), 3, 2, 3);
        assertThat(events).containsExactly("a1", "a2", "a3");
    }

    @Test
    @DisplayName("H-16 a missing last message is detected by a heartbeat")
    void heartbeatRevealsMissingTail() {
        connect(A);
        receive(A, 1);
        replicator.heartbeat(A, 3, Map.of());
        assertThat(requests).containsExactly("a: a 2..3");
        respond(A, new SequenceRange(A, 2, 3), 3, 2, 3);
        assertThat(events).containsExactly("a1", "a2", "a3");
    }

    @Test
    @DisplayName(
            "H-16 without a response, received messages wait for at most 5 s, then the loss is reported before them")
    void waitsAtMostFiveSecondsForMissingRange() {
        connect(A, B);
        receive(A, 1, 3);
        advance(450);
        assertThat(events).containsExactly("a1");
        assertThat(requests).containsExactly("a: a 2..2", "b: a 2..2", "a: a 2..2", "b: a 2..2");
        advance(4_500);
        assertThat(events).containsExactly("a1");
        advance(50);
        assertThat(events).containsExactly("a1", "lost 2..2", "a3");
        receive(A, 4);
        assertThat(events).endsWith("a4");
    }

    @Test
    @DisplayName(
            "H-16 a loss is reported to channels that may be affected, not to those whose sequence numbers rule it out")
    void lossNamesUnaffectedChannels() {
        connect(A);
        replicator.received(message(A, 1, 0, "/unaffected"));
        replicator.received(message(A, 4, 1, "/unaffected"));
        replicator.received(message(A, 5, 2, "/affected"));
        respond(A, new SequenceRange(A, 2, 3), 3);
        assertThat(events).containsExactly("a1", "lost 2..3 but not on [/unaffected]", "a4", "a5");
    }

    @Test
    @DisplayName(
            "K-20 a node that started alone fetches each origin's history in parts, beyond 5 s while responses arrive")
    void fetchesHistoryInParts() {
        replicator.readyPeersChanged(Set.of(A));
        replicator.heartbeat(A, 100, Map.of());
        receive(A, 101);
        assertThat(requests).containsExactly("a: a 1..100");
        respond(A, new SequenceRange(A, 1, 100), 61, 61); // older ones were evicted
        assertThat(events).containsExactly("lost 1..60", "a61");

        for (long n = 62; n <= 100; n++) {
            assertThat(requests).endsWith("a: a " + n + "..100");
            advance(200);
            respond(A, new SequenceRange(A, n, 100), n, n);
        }
        assertThat(events).hasSize(1 + 41).endsWith("a99", "a100", "a101");
    }

    @Test
    @DisplayName("H-16 a loss of messages from before this node started is marked as such")
    void lossBeforeStartIsMarked() {
        Replicator starting = newReplicator();
        starting.readyPeersChanged(Set.of(A));
        starting.heartbeat(A, 3, Map.of());
        starting.start();
        assertThat(requests).containsExactly("a: a 1..3");
        starting.rangeReceived(A, new RangeResponse(new SequenceRange(A, 1, 3), List.of(message(A, 3)), 3));
        starting.tick();
        assertThat(events).containsExactly("lost 1..2 before start", "a3");
    }

    @Test
    @DisplayName("H-16 messages of a node not reachable before, which no peer has any more, are reported as lost")
    void lossOfNodeThatWasUnreachableIsReported() {
        connect(A);
        replicator.readyPeersChanged(Set.of(A, B));
        replicator.heartbeat(B, 3, Map.of());
        respond(B, new SequenceRange(B, 1, 3), 3, 3);
        respond(A, new SequenceRange(B, 1, 2), 2);
        assertThat(events).containsExactly("lost 1..2", "b3");
    }

    @Test
    @DisplayName(
            "H-16 messages published after the state transfer are reported as lost, even if their publisher becomes"
                    + " reachable later")
    void lossAfterStateTransferIsReported() {
        Replicator starting = newReplicator();
        starting.readyPeersChanged(Set.of(A));
        starting.heartbeat(A, 0, Map.of(B, 5L));
        var end = new SnapshotChunk.End(true, Map.of(A, 0L, B, 5L), List.of());
        starting.snapshotReceived(A, new SnapshotChunk(0, List.of(), 0, Map.of(), Optional.of(end)));
        assertThat(starting.isComplete()).isTrue();

        starting.readyPeersChanged(Set.of(A, B));
        starting.heartbeat(B, 9, Map.of());
        SequenceRange missing = new SequenceRange(B, 6, 9);
        starting.rangeReceived(B, RangeResponse.empty(missing));
        starting.rangeReceived(A, RangeResponse.empty(missing));
        starting.tick();

        assertThat(events).containsExactly("lost 6..9");
    }

    @Test
    @DisplayName(
            "H-16 messages published after this node started are reported as lost, even if a third node announced them")
    void lossAfterStartOfIndirectlyKnownOriginIsReported() {
        Replicator starting = newReplicator();
        starting.readyPeersChanged(Set.of(A));
        starting.heartbeat(A, 0, Map.of(B, 5L));
        starting.start();

        starting.readyPeersChanged(Set.of(A, B));
        starting.heartbeat(B, 9, Map.of());
        starting.rangeReceived(
                B, new RangeResponse(new SequenceRange(B, 1, 9), List.of(message(B, 4), message(B, 5)), 9));
        starting.rangeReceived(A, RangeResponse.empty(new SequenceRange(B, 1, 9)));

        assertThat(events).containsExactly("lost 1..3 before start", "b4", "b5", "lost 6..9");
    }
}
