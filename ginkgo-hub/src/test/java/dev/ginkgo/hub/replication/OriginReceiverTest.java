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
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Reorder buffer of one origin: what is held back, requested and declared lost. */
class OriginReceiverTest {
    private static final NodeIncarnation A = new NodeIncarnation("a", 1);
    private static final NodeIncarnation B = new NodeIncarnation("b", 1);
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final List<String> events = new ArrayList<>();
    private final List<String> requests = new ArrayList<>();
    private final OriginReceiver receiver = new OriginReceiver(
            A,
            new RecordingSink(),
            () -> Set.of(A, B),
            () -> Set.of(A, B),
            (peer, range) -> requests.add(range.from() + ".." + range.to()),
            () -> false);

    private final class RecordingSink implements ReplicationSink {
        @Override
        public void relay(Envelope message) {
            events.add(String.valueOf(message.sequence()));
        }

        @Override
        public void recordLoss(Loss loss) {
            events.add("lost " + loss.range().from() + ".." + loss.range().to());
        }

        @Override
        public RangeResponse readRange(SequenceRange requested) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void incarnationSeen(NodeIncarnation incarnation) {}

        @Override
        public SnapshotChunk readSnapshot(long after, NodeIncarnation self) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void applySnapshot(SnapshotChunk chunk) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void abandonSnapshot() {}
    }

    private static Envelope message(long sequence, int bytes) {
        return new Envelope(A, sequence, sequence - 1, "/n", false, new byte[bytes], 0, Optional.empty());
    }

    private void receive(long sequence) {
        receiver.received(message(sequence, 10), SECOND);
    }

    @Test
    @DisplayName("H-16 what only other peers report is requested 250 ms after the first report")
    void gossipIsRequestedAfterADelay() {
        receiver.gossip(3, SECOND);
        receiver.gossip(4, SECOND + SECOND / 10);
        receiver.tick(SECOND + SECOND / 4 - 1);
        assertThat(requests).isEmpty();

        receiver.tick(SECOND + SECOND / 4);
        assertThat(requests).containsExactly("1..4");
    }

    @Test
    @DisplayName("H-08 messages that were received by other means are skipped, and those after them are delivered")
    void skipsMessages() {
        // Given
        receive(3);
        receive(4);

        // When
        receiver.skipTo(3, SECOND);

        // Then
        assertThat(events).containsExactly("4");
        receive(6);
        receiver.declareLost();
        assertThat(events).containsExactly("4", "lost 5..5", "6");
    }

    @Test
    @DisplayName("H-16 all missing messages can be declared lost at once")
    void declaresEverythingLost() {
        receive(2);
        receive(4);
        receiver.heartbeat(5, SECOND);

        receiver.declareLost();

        assertThat(events).containsExactly("lost 1..1", "2", "lost 3..3", "4", "lost 5..5");
        assertThat(receiver.isSettled()).isTrue();
    }

    @Test
    @DisplayName("K-20 messages beyond the limit for held messages are dropped, the latest first, and requested later")
    void droppedMessagesAreRequestedLater() {
        // Given a missing first message, and 20 MiB after it
        for (long n = 2; n <= 41; n++) {
            receiver.received(message(n, 512 * 1024), SECOND);
        }

        // When the first message arrives
        receiver.received(message(1, 10), SECOND);

        // Then those within 16 MiB are delivered, and the rest is requested
        assertThat(events).hasSize(32).endsWith("32");
        assertThat(requests).startsWith("1..1").endsWith("33..41");
    }
}
