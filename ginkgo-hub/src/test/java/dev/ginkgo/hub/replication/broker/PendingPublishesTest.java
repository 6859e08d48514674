package dev.ginkgo.hub.replication.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ginkgo.hub.idempotency.IdempotencyCache;
import dev.ginkgo.hub.message.HubRejectedException;
import dev.ginkgo.hub.spi.BrokerMessage;
import dev.ginkgo.hub.spi.BrokerPosition;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.testing.FakeClock;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PendingPublishesTest {
    private static final NodeIncarnation STREAM = new NodeIncarnation("events", 1_000);

    private final FakeClock clock = new FakeClock();
    private final PendingPublishes publishes =
            new PendingPublishes(new IdempotencyCache(clock), () -> 1_000_000, () -> 1);

    private PendingPublish publish(long number) {
        return publish(number, 10);
    }

    private PendingPublish publish(long number, int bytes) {
        BrokerMessage message = new BrokerMessage(
                new NodeIncarnation("10.0.0.1:4440", 5),
                number,
                "/x",
                false,
                new byte[bytes],
                1,
                Optional.empty(),
                Optional.empty(),
                0);
        return new PendingPublish(message, null, clock.nanos() + 1, () -> {});
    }

    @Test
    @DisplayName("H-310 a publish that meets the stop of the hub is rejected, and does not wait forever")
    void rejects_onceClosed() {
        PendingPublish before = publish(1);
        publishes.add(before);
        publishes.close();

        assertThat(before.future).isCompletedExceptionally();
        assertThatThrownBy(() -> publishes.add(publish(2)))
                .isInstanceOfSatisfying(
                        HubRejectedException.class,
                        e -> assertThat(e.reason()).isEqualTo(HubRejectedException.Reason.STOPPED));

        publishes.open(); // the next run of the hub
        publishes.add(publish(3));
    }

    @Test
    @DisplayName("H-311 a publish that is confirmed, but not read in time, is forgotten when its deadline has passed")
    void forgets_whatIsNotRead() {
        PendingPublish stored = publish(1);
        publishes.add(stored);
        publishes.confirm(stored, new BrokerPosition(STREAM, 7));
        assertThat(publishes.awaitingRead()).isEqualTo(1);

        publishes.expire(clock.nanos() + 2, "late");

        assertThat(stored.future).isCompleted();
        assertThat(publishes.awaitingRead()).isZero();
    }

    @Test
    @DisplayName(
            "H-378 many messages, or a quarter of their memory, make the broker congested until they are published")
    void isCongested_whileManyMessagesWait() {
        for (int number = 1; number < PendingPublishes.CONGESTED_MESSAGES; number++) {
            publishes.add(publish(number));
        }
        assertThat(publishes.isCongested()).isFalse();

        publishes.add(publish(PendingPublishes.CONGESTED_MESSAGES));
        assertThat(publishes.isCongested()).isTrue();

        publishes.take(1);
        assertThat(publishes.isCongested()).isFalse();

        PendingPublish large = publish(PendingPublishes.CONGESTED_MESSAGES + 1, 250_000);
        publishes.take(2);
        publishes.add(large);
        assertThat(publishes.isCongested()).isTrue();

        publishes.remove(large);
        assertThat(publishes.isCongested()).isFalse();
    }
}
