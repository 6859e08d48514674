package dev.ginkgo.hub.replication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.RangeResponse;
import dev.ginkgo.hub.spi.SequenceRange;
import dev.ginkgo.hub.spi.SnapshotChunk;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What one node makes of what others say: in order, each once, and what is missing fetched or told. */
class ReplicatorTest extends ReplicatorTestCase {
    @Test
    @DisplayName("H-08 what comes twice is taken once, whatever way it came")
    void once() {
        meets(A);
        received(A, 1, 2, 2, 1, 3);
        answer(A, new SequenceRange(A, 1, 3), 3, 1, 2, 3);
        assertThat(story).containsExactly("a1", "a2", "a3");
        assertThat(replica.positions()).isEqualTo(Map.of(A, 3L));
    }

    @Test
    @DisplayName("H-08 what comes twice takes no place of what has to wait")
    void twiceTakesNoPlace() {
        meets(A);
        byte[] large = new byte[512 * 1024];
        for (int time = 0; time < 2; time++) {
            for (long n = 1; n <= 40; n++) {
                replica.received(new Envelope(A, n, n - 1, "/n", false, large, 0, Optional.empty()));
            }
        }
        received(A, 42);
        assertThat(story).hasSize(40).endsWith("a40");
        answer(A, new SequenceRange(A, 41, 41), 41, 41);
        assertThat(story).endsWith("a40", "a41", "a42");
    }

    @Test
    @DisplayName("K-20 a missing stretch is asked for at once, and what came after it waits until it is there")
    void repaired() {
        meets(A, B);
        received(A, 1, 4, 5);
        received(B, 1);
        assertThat(story).containsExactly("a1", "b1");
        assertThat(asked).containsExactly("a: a 2..3");

        answer(A, new SequenceRange(A, 2, 3), 3, 2, 3);
        assertThat(story).containsExactly("a1", "b1", "a2", "a3", "a4", "a5");
        pass(1_000);
        assertThat(asked).hasSize(1);
    }

    @Test
    @DisplayName(
            "K-20 if the origin has not all of it, the next peer is asked; if nobody has it, it is told, and life goes on")
    void nobodyHasIt() {
        meets(A, B);
        received(A, 1);
        replica.received(message(A, 5, 0, "/other"));
        answer(A, new SequenceRange(A, 2, 4), 4, 3);
        assertThat(asked).containsExactly("a: a 2..4", "b: a 2..2");
        answer(B, new SequenceRange(A, 2, 2), 2);
        assertThat(story).containsExactly("a1");
        pass(250);
        assertThat(story).containsExactly("a1", "lost 2..2 but not on [/other]", "a3");
        assertThat(asked).endsWith("a: a 4..4", "b: a 4..4");
        answer(B, new SequenceRange(A, 4, 4), 4, 4);
        assertThat(story).endsWith("a3", "a4", "a5");
    }

    @Test
    @DisplayName(
            "K-20 who does not answer is asked again, after the others, as a question may be lost; who has answered is"
                    + " not")
    void askedAgain() {
        meets(A, B);
        received(A, 1, 3);
        pass(150);
        assertThat(asked).containsExactly("a: a 2..2", "b: a 2..2");
        answer(B, new SequenceRange(A, 2, 2), 2);
        pass(150);
        assertThat(asked).containsExactly("a: a 2..2", "b: a 2..2", "a: a 2..2", "a: a 2..2");

        answer(A, new SequenceRange(A, 2, 2), 2, 2);
        assertThat(story).containsExactly("a1", "a2", "a3");
    }

    @Test
    @DisplayName("K-20 an origin that is heard but cannot be asked yet, as when a partition heals, is waited for")
    void askedLater() {
        meets(A, B);
        received(A, 1);
        replica.ready(Set.of(B));
        replica.beat(A, 3, Map.of());
        answer(B, new SequenceRange(A, 2, 3), 3);
        pass(200);
        assertThat(story).containsExactly("a1");

        replica.ready(Set.of(A, B));
        pass(150);
        assertThat(asked).containsExactly("b: a 2..3", "a: a 2..3");
        answer(A, new SequenceRange(A, 2, 3), 3, 2, 3);
        assertThat(story).containsExactly("a1", "a2", "a3");
    }

    @Test
    @DisplayName("H-16 what is missing at the end is seen by the beat")
    void tail() {
        meets(A);
        received(A, 1);
        replica.beat(A, 3, Map.of());
        assertThat(asked).containsExactly("a: a 2..3");
        answer(A, new SequenceRange(A, 2, 3), 3, 2, 3);
        assertThat(story).containsExactly("a1", "a2", "a3");
    }

    @Test
    @DisplayName("H-16 without an answer what has come waits for 500 ms, not longer, and then the loss is told first")
    void heldBack() {
        meets(A, B);
        received(A, 1, 3);
        pass(450);
        assertThat(story).containsExactly("a1");
        assertThat(asked).containsExactly("a: a 2..2", "b: a 2..2", "a: a 2..2", "b: a 2..2");
        pass(100);
        assertThat(story).containsExactly("a1", "lost 2..2", "a3");
        received(A, 4);
        assertThat(story).endsWith("a4");
    }

    @Test
    @DisplayName(
            "H-16 a loss is told to the channels that may have lost something, not to one whose numbers say otherwise")
    void channels() {
        meets(A);
        replica.received(message(A, 1, 0, "/sound"));
        replica.received(message(A, 4, 1, "/sound"));
        replica.received(message(A, 5, 2, "/hurt"));
        pass(550);
        assertThat(story).containsExactly("a1", "lost 2..3 but not on [/sound]", "a4", "a5");
    }

    @Test
    @DisplayName(
            "K-20 a node that began alone fetches the history of each origin, in pieces, for longer than 500 ms while answers come")
    void catchesUp() {
        replica.ready(Set.of(A));
        replica.beat(A, 100, Map.of());
        received(A, 101);
        assertThat(asked).containsExactly("a: a 1..100");
        answer(A, new SequenceRange(A, 1, 100), 61, 61); // older ones are gone
        answer(A, new SequenceRange(A, 1, 60), 60);
        pass(50);
        assertThat(story).containsExactly("lost 1..60", "a61");

        for (long n = 62; n <= 100; n++) {
            assertThat(asked.getLast()).isEqualTo("a: a " + n + "..100");
            pass(100);
            answer(A, new SequenceRange(A, n, 100), n, n);
        }
        assertThat(story).hasSize(1 + 41).endsWith("a99", "a100", "a101");
    }

    @Test
    @DisplayName(
            "H-16 what nobody has any more of what was published before this node began is told to no reader of it")
    void beforeUs() {
        Replicator fresh = replica();
        fresh.ready(Set.of(A));
        fresh.beat(A, 3, Map.of());
        fresh.begin();
        assertThat(asked).containsExactly("a: a 1..3");
        fresh.answered(A, new RangeResponse(new SequenceRange(A, 1, 3), List.of(message(A, 3)), 3));
        fresh.tick();
        assertThat(story).containsExactly("lost 1..2 before us", "a3");
    }

    @Test
    @DisplayName(
            "H-16 what was published by a node that this one could not hear yet, and nobody has any more, is told here")
    void apart() {
        meets(A);
        replica.ready(Set.of(A, B));
        replica.beat(B, 3, Map.of());
        answer(B, new SequenceRange(B, 1, 3), 3, 3);
        answer(A, new SequenceRange(B, 1, 2), 2);
        pass(50);
        assertThat(story).containsExactly("lost 1..2", "b3");
    }

    @Test
    @DisplayName(
            "H-16 what was published after this node took over what a peer held of its publisher, is told here, though"
                    + " the publisher is heard of later")
    void afterTheTakeover() {
        Replicator fresh = replica();
        fresh.ready(Set.of(A));
        fresh.beat(A, 0, Map.of(B, 5L));
        var end = new SnapshotChunk.End(true, Map.of(A, 0L, B, 5L), List.of());
        fresh.held(A, new SnapshotChunk(0, List.of(), 0, Map.of(), Optional.of(end)));
        assertThat(fresh.isComplete()).isTrue();

        fresh.ready(Set.of(A, B));
        fresh.beat(B, 9, Map.of());
        SequenceRange missing = new SequenceRange(B, 6, 9);
        fresh.answered(B, RangeResponse.nothing(missing));
        fresh.answered(A, RangeResponse.nothing(missing));
        fresh.tick();

        assertThat(story).containsExactly("lost 6..9");
    }

    @Test
    @DisplayName(
            "H-16 so is what was published after this node began, though it had heard of the publisher by others alone")
    void afterARumour() {
        Replicator fresh = replica();
        fresh.ready(Set.of(A));
        fresh.beat(A, 0, Map.of(B, 5L));
        fresh.begin();

        fresh.ready(Set.of(A, B));
        fresh.beat(B, 9, Map.of());
        fresh.answered(B, new RangeResponse(new SequenceRange(B, 1, 9), List.of(message(B, 4), message(B, 5)), 9));
        fresh.answered(A, RangeResponse.nothing(new SequenceRange(B, 1, 3)));
        for (int i = 0; i < 20; i++) {
            time.nanos += Duration.ofMillis(50).toNanos();
            fresh.tick();
        }

        assertThat(story).containsExactly("lost 1..3 before us", "b4", "b5", "lost 6..9");
    }
}
