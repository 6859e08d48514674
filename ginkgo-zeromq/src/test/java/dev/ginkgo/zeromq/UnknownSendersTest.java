package dev.ginkgo.zeromq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.spi.NodeIncarnation;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class UnknownSendersTest {
    private static final NodeIncarnation A = new NodeIncarnation("a", 1);
    private static final long MOMENT = UnknownSenders.GRACE_PERIOD.toNanos();

    private final UnknownSenders unknownSenders = new UnknownSenders();

    @Test
    @DisplayName("K-17 a node that speaks before it is in the roster is called a stranger only if that goes on")
    void moment() {
        assertThat(unknownSenders.exceedsGrace(A, 0)).isFalse();
        assertThat(unknownSenders.exceedsGrace(A, MOMENT - 1)).isFalse();
        assertThat(unknownSenders.exceedsGrace(A, MOMENT)).isTrue();
        assertThat(unknownSenders.exceedsGrace(A, 2 * MOMENT)).isTrue();
    }

    @Test
    @DisplayName("K-17 so is one that says more in that time than a node does")
    void words() {
        LongStream.range(0, 100)
                .forEach(i -> assertThat(unknownSenders.exceedsGrace(A, i)).isFalse());

        assertThat(unknownSenders.exceedsGrace(A, 100)).isTrue();
    }

    @Test
    @DisplayName("K-17 one that was in the roster in between has another moment")
    void met() {
        unknownSenders.exceedsGrace(A, 0);
        unknownSenders.remove(A);

        assertThat(unknownSenders.exceedsGrace(A, MOMENT)).isFalse();
        assertThat(unknownSenders.exceedsGrace(A, 2 * MOMENT)).isTrue();
    }

    @Test
    @DisplayName("K-17 however many names there are, few are kept, and those that came last")
    void many() {
        LongStream.range(1, 100_000).forEach(life -> unknownSenders.exceedsGrace(new NodeIncarnation("x", life), 0));

        assertThat(unknownSenders.exceedsGrace(new NodeIncarnation("x", 99_999), MOMENT))
                .isTrue();
        assertThat(unknownSenders.exceedsGrace(new NodeIncarnation("x", 99_900), MOMENT))
                .isFalse();
    }
}
