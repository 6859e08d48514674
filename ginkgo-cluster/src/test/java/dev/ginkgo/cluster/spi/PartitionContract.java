package dev.ginkgo.cluster.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.cluster.model.Epoch;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Tests of what every engine guarantees when a node is cut off from the others, for engines whose tests can do that.
 */
public abstract class PartitionContract extends ContractNodes {

    /**
     * Cuts off a node: from now on nothing that it sends arrives, and it receives nothing, without an error.
     *
     * @param node number of the node, from 0 in the order of the calls of {@link #coordinator}
     */
    protected abstract void cutOff(int node);

    /** Ends the partition. */
    protected abstract void reconnect(int node);

    @Test
    @DisplayName("C-73 contract: a leader that is cut off has no valid lease when another node leads; reconnected, it"
            + " follows")
    void leaderThatIsCutOff_isReplacedAndFollows() throws Exception {
        assertReplaced(Duration.ZERO);
    }

    @Test
    @Tag("long")
    @DisplayName(
            "C-98 contract: the leases of two nodes are never valid at the same time while the leader is cut off for 20 s,"
                    + " and when it returns")
    void leaderThatIsCutOff_for20Seconds() throws Exception {
        assertReplaced(Duration.ofSeconds(20));
    }

    private void assertReplaced(Duration atLeast) throws Exception {
        // Given
        Node a = join(1);
        Node b = join(2);
        awaitSettled(2);
        try (LeaseOverlap _ = LeaseOverlap.watch(this::nodes)) {
            awaitAllKnowLeader(a, b);
            Node old = leader(a, b);
            Node other = old == a ? b : a;
            Epoch first = epoch(old);

            // When
            long cutOffAt = System.nanoTime();
            cutOff(nodes().indexOf(old));
            await().atMost(TIMEOUT).until(other.listener::isLeading);

            // Then
            assertThat(old.listener.isLeading()).isFalse();
            assertThat(first.isBefore(epoch(other))).isTrue();
            awaitNames(other, other);
            awaitDegraded(old);
            await().atMost(TIMEOUT.plus(atLeast))
                    .pollDelay(Duration.ZERO)
                    .until(() -> System.nanoTime() - cutOffAt >= atLeast.toNanos());

            // When
            reconnect(nodes().indexOf(old));

            // Then
            awaitNames(other, a, b);
            awaitNames(old, a, b);
            awaitReady(old);
            awaitAllKnowLeader(a, b);
        }
    }

    @Test
    @DisplayName("C-73 contract: a follower that is cut off leaves the roster, does not lead, and returns")
    void followerThatIsCutOff_leavesTheRosterAndReturns() throws Exception {
        // Given
        Node a = join(1);
        Node b = join(2);
        awaitSettled(2);
        awaitAllKnowLeader(a, b);
        Node leader = leader(a, b);
        Node follower = leader == a ? b : a;
        Epoch epoch = epoch(leader);

        // When
        cutOff(nodes().indexOf(follower));

        // Then
        awaitNames(leader, leader);
        assertThat(follower.listener.renewals).isEmpty();

        // When
        reconnect(nodes().indexOf(follower));

        // Then
        awaitNames(leader, a, b);
        awaitReady(follower);
        assertThat(epoch(leader)).isEqualTo(epoch);
    }
}
