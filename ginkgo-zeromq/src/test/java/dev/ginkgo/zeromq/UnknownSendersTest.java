package dev.ginkgo.zeromq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.spi.NodeIncarnation;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class UnknownSendersTest {
    private static final NodeIncarnation A = new NodeIncarnation("a", 1);
    private static final long GRACE_NANOS = UnknownSenders.GRACE_PERIOD.toNanos();

    private final UnknownSenders unknownSenders = new UnknownSenders();

    @Test
    @DisplayName("K-17 a node that sends before it is in the roster is reported only after the grace period")
    void senderExceedsGracePeriod() {
        assertThat(unknownSenders.exceedsGrace(A, 0)).isFalse();
        assertThat(unknownSenders.exceedsGrace(A, GRACE_NANOS - 1)).isFalse();
        assertThat(unknownSenders.exceedsGrace(A, GRACE_NANOS)).isTrue();
        assertThat(unknownSenders.exceedsGrace(A, 2 * GRACE_NANOS)).isTrue();
    }

    @Test
    @DisplayName("K-17 a sender that sends more frames than a node does is reported within the grace period")
    void senderExceedsFrameLimit() {
        LongStream.range(0, 100)
                .forEach(i -> assertThat(unknownSenders.exceedsGrace(A, i)).isFalse());

        assertThat(unknownSenders.exceedsGrace(A, 100)).isTrue();
    }

    @Test
    @DisplayName("K-17 a sender that has been in the roster since then gets a new grace period")
    void rosterMember_getsNewGracePeriod() {
        unknownSenders.exceedsGrace(A, 0);
        unknownSenders.remove(A);

        assertThat(unknownSenders.exceedsGrace(A, GRACE_NANOS)).isFalse();
        assertThat(unknownSenders.exceedsGrace(A, 2 * GRACE_NANOS)).isTrue();
    }

    @Test
    @DisplayName("K-17 of any number of senders, only the latest few are tracked")
    void trackedSenders_areBounded() {
        LongStream.range(1, 100_000)
                .forEach(incarnation -> unknownSenders.exceedsGrace(new NodeIncarnation("x", incarnation), 0));

        assertThat(unknownSenders.exceedsGrace(new NodeIncarnation("x", 99_999), GRACE_NANOS))
                .isTrue();
        assertThat(unknownSenders.exceedsGrace(new NodeIncarnation("x", 99_900), GRACE_NANOS))
                .isFalse();
    }
}
