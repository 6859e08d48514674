package dev.ginkgo.nats.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Elections in simulated time. */
class ElectionTest {
    private static final int SCHEDULES = Integer.getInteger("ginkgo.schedules", 2_000) / 4;

    @Test
    @DisplayName(
            "N-12 N-48: in random schedules with lost connections, frozen and restarted nodes, another program that"
                    + " overwrites the entry, and a server that loses its last entries, no two leases are valid at once, and epochs grow")
    void atMostOneLeaseIsValid() {
        int promotions = 0;
        for (long seed = 0; seed < SCHEDULES; seed++) {
            SimulatedBucket bucket = new SimulatedBucket(seed, 3, seed % 2 == 1);
            assertThatCode(() -> bucket.run(Duration.ofSeconds(10), true))
                    .as("seed %d", seed)
                    .doesNotThrowAnyException();
            promotions += bucket.promotions.size();
        }
        assertThat(promotions).isGreaterThan(SCHEDULES * 3);
    }

    @Test
    @DisplayName("N-12: without faults, the first leader keeps its lease, and a released lease is taken over at once")
    void leaseIsKeptAndReleased() {
        SimulatedBucket bucket = new SimulatedBucket(1, 3, false);

        bucket.run(Duration.ofSeconds(5), false);
        assertThat(bucket.promotions).hasSize(1);
        SimulatedBucket.Node first = bucket.nodes.stream()
                .filter(SimulatedBucket.Node::isLeading)
                .findFirst()
                .orElseThrow();
        first.release();
        bucket.run(Duration.ofSeconds(1), false);

        assertThat(bucket.promotions).hasSize(2);
        assertThat(first.isLeading()).isFalse();
    }

    @Test
    @DisplayName("N-40: a leader that steps down is replaced at once, and claims the lease again only if no other node"
            + " has done so for one takeover delay")
    void leaderStepsDown() {
        // Given
        SimulatedBucket several = new SimulatedBucket(2, 3, false);
        SimulatedBucket alone = new SimulatedBucket(2, 1, false);
        several.run(Duration.ofSeconds(5), false);
        alone.run(Duration.ofSeconds(5), false);
        SimulatedBucket.Node first = several.nodes.stream()
                .filter(SimulatedBucket.Node::isLeading)
                .findFirst()
                .orElseThrow();

        // When
        first.stepDown();
        alone.nodes.getFirst().stepDown();
        several.run(SimulatedBucket.TIMING.takeoverDelay().dividedBy(2), false);
        alone.run(SimulatedBucket.TIMING.takeoverDelay().minusMillis(50), false);

        // Then
        assertThat(several.promotions).hasSize(2);
        assertThat(first.isLeading()).isFalse();
        assertThat(several.nodes).anyMatch(SimulatedBucket.Node::isLeading);
        assertThat(alone.promotions).hasSize(1);
        alone.run(Duration.ofSeconds(1), false);
        assertThat(alone.promotions).hasSize(2);
    }
}
