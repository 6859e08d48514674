package dev.ginkgo.hub.replication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.SequenceRange;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How a replicator handles incarnations of its peers, and peers that join and leave. */
class ReplicatorIncarnationsTest extends ReplicatorTestCase {
    @Test
    @DisplayName("K-20 two incarnations missed while a node was unreachable are both fetched, the earlier first")
    void fetchesMissedIncarnationsInOrder() {
        connect(A, B);
        receive(A, 1);
        NodeIncarnation second = new NodeIncarnation("a", 2);
        NodeIncarnation third = new NodeIncarnation("a", 3);
        replicator.readyPeersChanged(Set.of(B));
        Map<NodeIncarnation, Long> positions = new LinkedHashMap<>();
        positions.put(third, 1L);
        positions.put(second, 2L);

        replicator.heartbeat(B, 0, positions);
        respond(B, new SequenceRange(second, 1, 2), 2, 1, 2);
        advance(300);
        respond(B, new SequenceRange(third, 1, 1), 1, 1);

        assertThat(requests).containsExactly("b: a 1..2", "b: a 1..1");
        assertThat(events).containsExactly("a1", "a1", "a2", "a1");
    }

    @Test
    @DisplayName("K-20 messages of an unreachable or dead node are learned from a third node and fetched from it")
    void fetchesUnreachableOriginFromThirdNode() {
        connect(A);
        replicator.heartbeat(A, 0, Map.of(B, 2L, SELF, 9L));
        assertThat(requests).isEmpty();
        advance(300);
        assertThat(requests).containsExactly("a: b 1..2");
        respond(A, new SequenceRange(B, 1, 2), 2, 1, 2);
        assertThat(events).containsExactly("b1", "b2");
    }

    @Test
    @DisplayName(
            "H-08 K-20 the next incarnation of a node is applied after the previous one is complete or declared lost")
    void appliesIncarnationsInOrder() {
        connect(A);
        receive(A, 1, 3);
        NodeIncarnation restarted = new NodeIncarnation("a", 2);
        replicator.readyPeersChanged(Set.of(restarted, B));
        replicator.heartbeat(restarted, 0, Map.of());
        receive(restarted, 1);
        receive(A, 4);
        assertThat(events).containsExactly("a1");
        respond(restarted, new SequenceRange(A, 2, 2), 2);
        respond(B, new SequenceRange(A, 2, 2), 2);
        assertThat(events).containsExactly("a1");
        advance(550);
        assertThat(events).containsExactly("a1", "lost 2..2", "a3", "a1");
        assertThat(replicator.positions()).isEqualTo(Map.of(restarted, 1L, A, 3L));
    }

    @Test
    @DisplayName("K-20 an ended incarnation is fetched before the next one begins; messages announced later are lost")
    void fetchesEndedIncarnationBeforeNext() {
        connect(A, B);
        receive(A, 1);
        NodeIncarnation restarted = new NodeIncarnation("a", 2);
        replicator.readyPeersChanged(Set.of(restarted));

        replicator.heartbeat(restarted, 1, Map.of(A, 3L));
        receive(restarted, 2);
        assertThat(requests).containsExactly("a: a 2..3");
        respond(restarted, new SequenceRange(A, 2, 3), 3, 2, 3);
        respond(restarted, new SequenceRange(restarted, 1, 1), 1, 1);
        assertThat(events).containsExactly("a1", "a2", "a3", "a1", "a2");

        replicator.heartbeat(B, 0, Map.of(A, 4L));
        replicator.heartbeat(B, 0, Map.of(A, 4L));
        assertThat(events).endsWith("a2", "lost 4..4");
        assertThat(replicator.positions()).isEqualTo(Map.of(restarted, 2L, A, 4L, B, 0L));
    }

    @Test
    @DisplayName("K-20 above the limit of remembered names, departed nodes are forgotten; members stay")
    void forgetsDepartedNodesAboveLimit() {
        // Given one node that stays, while a hundred others join and leave
        replicator.expect(Set.of(A));
        connect(A);
        receive(A, 1, 2, 3);
        for (int i = 0; i < 100; i++) {
            NodeIncarnation passing = new NodeIncarnation("passing-" + i, 1);
            replicator.expect(Set.of(A, passing));
            receive(passing, 1);
        }
        replicator.expect(Set.of(A));

        receive(A, 4);

        assertThat(events).endsWith("passing-991", "a4");
        assertThat(requests).isEmpty();
        assertThat(replicator.positions()).hasSize(64).containsEntry(A, 4L);

        // And the messages of departed nodes are not requested again because another node still reports them
        replicator.heartbeat(A, 4, Map.of(new NodeIncarnation("passing-0", 1), 1L));
        advance(300);
        assertThat(requests).isEmpty();

        // And a node that rejoins continues at its next message
        receive(new NodeIncarnation("passing-0", 1), 2);
        assertThat(events).endsWith("a4", "passing-02");
        assertThat(requests).isEmpty();
    }
}
