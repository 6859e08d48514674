package dev.ginkgo.nats.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ginkgo.hub.spi.BrokerException;
import dev.ginkgo.testing.FakeClock;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PendingAppendsTest {
    private final PendingAppends pending = new PendingAppends(10, 1_000, new FakeClock());

    @Test
    @DisplayName(
            "N-19: a single message may be larger than all in flight may be together; nothing else is sent beside it")
    void acceptsASingleLargeMessage() {
        PendingAppends.Pending large = pending.add("connection", 2_000);

        assertThatThrownBy(() -> pending.add("connection", 1))
                .isInstanceOfSatisfying(
                        BrokerException.class, e -> assertThat(e.reason()).isEqualTo(BrokerException.Reason.FULL));
        large.fail(new BrokerException(BrokerException.Reason.UNKNOWN_OUTCOME, "test"));
        assertThat(pending.bytes()).isZero();
        assertThat(pending.add("connection", 2_000).result()).isNotDone();
    }
}
