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
        meets(A, B);
        received(A, 1);
        NodeIncarnation second = new NodeIncarnation("a", 2);
        NodeIncarnation third = new NodeIncarnation("a", 3);
        replica.ready(Set.of(B));
        Map<NodeIncarnation, Long> told = new LinkedHashMap<>();
        told.put(third, 1L);
        told.put(second, 2L);

        replica.beat(B, 0, told);
        answer(B, new SequenceRange(second, 1, 2), 2, 1, 2);
        pass(300);
        answer(B, new SequenceRange(third, 1, 1), 1, 1);

        assertThat(asked).containsExactly("b: a 1..2", "b: a 1..1");
        assertThat(story).containsExactly("a1", "a1", "a2", "a1");
    }

    @Test
    @DisplayName("K-20 what a node cannot hear, or is gone, is learnt of from a third one, and fetched from it")
    void rumour() {
        meets(A);
        replica.beat(A, 0, Map.of(B, 2L, SELF, 9L));
        assertThat(asked).isEmpty();
        pass(300);
        assertThat(asked).containsExactly("a: b 1..2");
        answer(A, new SequenceRange(B, 1, 2), 2, 1, 2);
        assertThat(story).containsExactly("b1", "b2");
    }

    @Test
    @DisplayName("H-08 K-20 another life of a node begins when what is missing of the one before is here, or given up")
    void lives() {
        meets(A);
        received(A, 1, 3);
        NodeIncarnation again = new NodeIncarnation("a", 2);
        replica.ready(Set.of(again, B));
        replica.beat(again, 0, Map.of());
        received(again, 1);
        received(A, 4);
        assertThat(story).containsExactly("a1");
        pass(550);
        assertThat(story).containsExactly("a1", "lost 2..2", "a3", "a1");
        assertThat(replica.positions()).isEqualTo(Map.of(again, 1L, A, 3L));
    }

    @Test
    @DisplayName(
            "K-20 what others have of a life that is over is fetched before its next life; later it is told as lost")
    void endOfALife() {
        meets(A, B);
        received(A, 1);
        NodeIncarnation again = new NodeIncarnation("a", 2);
        replica.ready(Set.of(again));

        replica.beat(again, 1, Map.of(A, 3L));
        received(again, 2);
        assertThat(asked).containsExactly("a: a 2..3");
        answer(again, new SequenceRange(A, 2, 3), 3, 2, 3);
        answer(again, new SequenceRange(again, 1, 1), 1, 1);
        assertThat(story).containsExactly("a1", "a2", "a3", "a1", "a2");

        replica.beat(B, 0, Map.of(A, 4L));
        replica.beat(B, 0, Map.of(A, 4L));
        assertThat(story).endsWith("a2", "lost 4..4");
        assertThat(replica.positions()).isEqualTo(Map.of(again, 2L, A, 4L, B, 0L));
    }

    @Test
    @DisplayName("K-20 of more names than are remembered those are forgotten that have gone: who is here is read on")
    void manyNames() {
        // Given one who stays, while a hundred others come and go
        replica.expect(Set.of(A));
        meets(A);
        received(A, 1, 2, 3);
        for (int i = 0; i < 100; i++) {
            NodeIncarnation passing = new NodeIncarnation("passing-" + i, 1);
            replica.expect(Set.of(A, passing));
            received(passing, 1);
        }
        replica.expect(Set.of(A));

        received(A, 4);

        assertThat(story).endsWith("passing-991", "a4");
        assertThat(asked).isEmpty();
        assertThat(replica.positions()).hasSize(64).containsEntry(A, 4L);

        // And those who have gone are not asked for again, because another node still speaks of them
        replica.beat(A, 4, Map.of(new NodeIncarnation("passing-0", 1), 1L));
        pass(300);
        assertThat(asked).isEmpty();

        // And if one is back, it is read on
        received(new NodeIncarnation("passing-0", 1), 2);
        assertThat(story).endsWith("a4", "passing-02");
        assertThat(asked).isEmpty();
    }
}
