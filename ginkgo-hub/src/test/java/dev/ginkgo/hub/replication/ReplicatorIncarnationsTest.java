package dev.ginkgo.hub.replication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.SequenceRange;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What one node makes of the lives of others, and of nodes that come and go. */
class ReplicatorIncarnationsTest extends ReplicatorTestCase {
    @Test
    @DisplayName("K-20 of two lives that went by while a node was not heard, both are fetched, the earlier first")
    void livesGoneBy() {
        connect(A, B);
        receive(A, 1);
        NodeIncarnation second = new NodeIncarnation("a", 2);
        NodeIncarnation third = new NodeIncarnation("a", 3);
        replicator.readyPeersChanged(Set.of(B));
        Map<NodeIncarnation, Long> told = new LinkedHashMap<>();
        told.put(third, 1L);
        told.put(second, 2L);

        replicator.heartbeat(B, 0, told);
        respond(B, new SequenceRange(second, 1, 2), 2, 1, 2);
        advance(300);
        respond(B, new SequenceRange(third, 1, 1), 1, 1);

        assertThat(requests).containsExactly("b: a 1..2", "b: a 1..1");
        assertThat(events).containsExactly("a1", "a1", "a2", "a1");
    }

    @Test
    @DisplayName("K-20 what a node cannot hear, or is gone, is learnt of from a third one, and fetched from it")
    void rumour() {
        connect(A);
        replicator.heartbeat(A, 0, Map.of(B, 2L, SELF, 9L));
        assertThat(requests).isEmpty();
        advance(300);
        assertThat(requests).containsExactly("a: b 1..2");
        respond(A, new SequenceRange(B, 1, 2), 2, 1, 2);
        assertThat(events).containsExactly("b1", "b2");
    }

    @Test
    @DisplayName("H-08 K-20 another life of a node begins when what is missing of the one before is here, or given up")
    void lives() {
        connect(A);
        receive(A, 1, 3);
        NodeIncarnation again = new NodeIncarnation("a", 2);
        replicator.readyPeersChanged(Set.of(again, B));
        replicator.heartbeat(again, 0, Map.of());
        receive(again, 1);
        receive(A, 4);
        assertThat(events).containsExactly("a1");
        advance(550);
        assertThat(events).containsExactly("a1", "lost 2..2", "a3", "a1");
        assertThat(replicator.positions()).isEqualTo(Map.of(again, 1L, A, 3L));
    }

    @Test
    @DisplayName(
            "K-20 what others have of a life that is over is fetched before its next life; later it is told as lost")
    void endOfALife() {
        connect(A, B);
        receive(A, 1);
        NodeIncarnation again = new NodeIncarnation("a", 2);
        replicator.readyPeersChanged(Set.of(again));

        replicator.heartbeat(again, 1, Map.of(A, 3L));
        receive(again, 2);
        assertThat(requests).containsExactly("a: a 2..3");
        respond(again, new SequenceRange(A, 2, 3), 3, 2, 3);
        respond(again, new SequenceRange(again, 1, 1), 1, 1);
        assertThat(events).containsExactly("a1", "a2", "a3", "a1", "a2");

        replicator.heartbeat(B, 0, Map.of(A, 4L));
        replicator.heartbeat(B, 0, Map.of(A, 4L));
        assertThat(events).endsWith("a2", "lost 4..4");
        assertThat(replicator.positions()).isEqualTo(Map.of(again, 2L, A, 4L, B, 0L));
    }

    @Test
    @DisplayName("K-20 of more names than are remembered those are forgotten that have gone: who is here is read on")
    void manyNames() {
        // Given one who stays, while a hundred others come and go
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

        // And those who have gone are not asked for again, because another node still speaks of them
        replicator.heartbeat(A, 4, Map.of(new NodeIncarnation("passing-0", 1), 1L));
        advance(300);
        assertThat(requests).isEmpty();

        // And if one is back, it is read on
        receive(new NodeIncarnation("passing-0", 1), 2);
        assertThat(events).endsWith("a4", "passing-02");
        assertThat(requests).isEmpty();
    }
}
