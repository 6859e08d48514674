package dev.ginkgo.nats.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.testing.FakeClock;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SenderSequencesTest {
    private static final NodeIncarnation A = new NodeIncarnation("a", 1);
    private static final NodeIncarnation B = new NodeIncarnation("b", 1);

    private final FakeClock clock = new FakeClock();
    private final SenderSequences senders = new SenderSequences(clock);

    @Test
    @DisplayName(
            "N-24: after a long outage the missing messages of every sender are detected, not only of the first one")
    void detectsMissing_afterALongOutage() {
        // Given
        senders.received(A, 1);
        senders.received(B, 1);

        // When
        clock.advance(SenderSequences.FORGET_AFTER.plusMinutes(1));

        // Then
        assertThat(senders.received(A, 4)).isEqualTo(2);
        assertThat(senders.received(B, 6)).isEqualTo(4);
    }

    @Test
    @DisplayName("N-24: a sender that is silent while others send is forgotten")
    void forgets_whoIsSilent() {
        senders.received(A, 1);

        for (int i = 1; i <= 30; i++) {
            senders.heartbeat(B, 1);
            clock.advance(Duration.ofSeconds(30));
        }

        assertThat(senders.received(A, 4)).isZero();
    }
}
