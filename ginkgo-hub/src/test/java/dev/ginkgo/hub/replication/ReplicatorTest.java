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
        connect(A);
        receive(A, 1, 2, 2, 1, 3);
        respond(A, new SequenceRange(A, 1, 3), 3, 1, 2, 3);
        assertThat(events).containsExactly("a1", "a2", "a3");
        assertThat(replicator.positions()).isEqualTo(Map.of(A, 3L));
    }

    @Test
    @DisplayName("H-08 what comes twice takes no place of what has to wait")
    void twiceTakesNoPlace() {
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
    @DisplayName("K-20 a missing stretch is asked for at once, and what came after it waits until it is there")
    void repaired() {
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
    @DisplayName(
            "K-20 if the origin has not all of it, the next peer is asked; if nobody has it, it is told, and life goes on")
    void nobodyHasIt() {
        connect(A, B);
        receive(A, 1);
        replicator.received(message(A, 5, 0, "/other"));
        respond(A, new SequenceRange(A, 2, 4), 4, 3);
        assertThat(requests).containsExactly("a: a 2..4", "b: a 2..2");
        respond(B, new SequenceRange(A, 2, 2), 2);
        assertThat(events).containsExactly("a1");
        advance(250);
        assertThat(events).containsExactly("a1", "lost 2..2 but not on [/other]", "a3");
        assertThat(requests).endsWith("a: a 4..4", "b: a 4..4");
        respond(B, new SequenceRange(A, 4, 4), 4, 4);
        assertThat(events).endsWith("a3", "a4", "a5");
    }

    @Test
    @DisplayName(
            "K-20 who does not answer is asked again, after the others, as a question may be lost; who has answered is"
                    + " not")
    void askedAgain() {
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
    @DisplayName("K-20 an origin that is heard but cannot be asked yet, as when a partition heals, is waited for")
    void askedLater() {
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
    @DisplayName("H-16 what is missing at the end is seen by the beat")
    void tail() {
        connect(A);
        receive(A, 1);
        replicator.heartbeat(A, 3, Map.of());
        assertThat(requests).containsExactly("a: a 2..3");
        respond(A, new SequenceRange(A, 2, 3), 3, 2, 3);
        assertThat(events).containsExactly("a1", "a2", "a3");
    }

    @Test
    @DisplayName("H-16 without an answer what has come waits for 500 ms, not longer, and then the loss is told first")
    void heldBack() {
        connect(A, B);
        receive(A, 1, 3);
        advance(450);
        assertThat(events).containsExactly("a1");
        assertThat(requests).containsExactly("a: a 2..2", "b: a 2..2", "a: a 2..2", "b: a 2..2");
        advance(100);
        assertThat(events).containsExactly("a1", "lost 2..2", "a3");
        receive(A, 4);
        assertThat(events).endsWith("a4");
    }

    @Test
    @DisplayName(
            "H-16 a loss is told to the channels that may have lost something, not to one whose numbers say otherwise")
    void channels() {
        connect(A);
        replicator.received(message(A, 1, 0, "/sound"));
        replicator.received(message(A, 4, 1, "/sound"));
        replicator.received(message(A, 5, 2, "/hurt"));
        advance(550);
        assertThat(events).containsExactly("a1", "lost 2..3 but not on [/sound]", "a4", "a5");
    }

    @Test
    @DisplayName(
            "K-20 a node that began alone fetches the history of each origin, in pieces, for longer than 500 ms while answers come")
    void catchesUp() {
        replicator.readyPeersChanged(Set.of(A));
        replicator.heartbeat(A, 100, Map.of());
        receive(A, 101);
        assertThat(requests).containsExactly("a: a 1..100");
        respond(A, new SequenceRange(A, 1, 100), 61, 61); // older ones are gone
        respond(A, new SequenceRange(A, 1, 60), 60);
        advance(50);
        assertThat(events).containsExactly("lost 1..60", "a61");

        for (long n = 62; n <= 100; n++) {
            assertThat(requests.getLast()).isEqualTo("a: a " + n + "..100");
            advance(100);
            respond(A, new SequenceRange(A, n, 100), n, n);
        }
        assertThat(events).hasSize(1 + 41).endsWith("a99", "a100", "a101");
    }

    @Test
    @DisplayName(
            "H-16 what nobody has any more of what was published before this node began is told to no reader of it")
    void beforeUs() {
        Replicator fresh = replica();
        fresh.readyPeersChanged(Set.of(A));
        fresh.heartbeat(A, 3, Map.of());
        fresh.start();
        assertThat(requests).containsExactly("a: a 1..3");
        fresh.rangeReceived(A, new RangeResponse(new SequenceRange(A, 1, 3), List.of(message(A, 3)), 3));
        fresh.tick();
        assertThat(events).containsExactly("lost 1..2 before us", "a3");
    }

    @Test
    @DisplayName(
            "H-16 what was published by a node that this one could not hear yet, and nobody has any more, is told here")
    void apart() {
        connect(A);
        replicator.readyPeersChanged(Set.of(A, B));
        replicator.heartbeat(B, 3, Map.of());
        respond(B, new SequenceRange(B, 1, 3), 3, 3);
        respond(A, new SequenceRange(B, 1, 2), 2);
        advance(50);
        assertThat(events).containsExactly("lost 1..2", "b3");
    }

    @Test
    @DisplayName(
            "H-16 what was published after this node took over what a peer held of its publisher, is told here, though"
                    + " the publisher is heard of later")
    void afterTheTakeover() {
        Replicator fresh = replica();
        fresh.readyPeersChanged(Set.of(A));
        fresh.heartbeat(A, 0, Map.of(B, 5L));
        var end = new SnapshotChunk.End(true, Map.of(A, 0L, B, 5L), List.of());
        fresh.snapshotReceived(A, new SnapshotChunk(0, List.of(), 0, Map.of(), Optional.of(end)));
        assertThat(fresh.isComplete()).isTrue();

        fresh.readyPeersChanged(Set.of(A, B));
        fresh.heartbeat(B, 9, Map.of());
        SequenceRange missing = new SequenceRange(B, 6, 9);
        fresh.rangeReceived(B, RangeResponse.empty(missing));
        fresh.rangeReceived(A, RangeResponse.empty(missing));
        fresh.tick();

        assertThat(events).containsExactly("lost 6..9");
    }

    @Test
    @DisplayName(
            "H-16 so is what was published after this node began, though it had heard of the publisher by others alone")
    void afterARumour() {
        Replicator fresh = replica();
        fresh.readyPeersChanged(Set.of(A));
        fresh.heartbeat(A, 0, Map.of(B, 5L));
        fresh.start();

        fresh.readyPeersChanged(Set.of(A, B));
        fresh.heartbeat(B, 9, Map.of());
        fresh.rangeReceived(B, new RangeResponse(new SequenceRange(B, 1, 9), List.of(message(B, 4), message(B, 5)), 9));
        fresh.rangeReceived(A, RangeResponse.empty(new SequenceRange(B, 1, 3)));
        for (int i = 0; i < 20; i++) {
            time.nanos += Duration.ofMillis(50).toNanos();
            fresh.tick();
        }

        assertThat(events).containsExactly("lost 1..3 before us", "b4", "b5", "lost 6..9");
    }
}
