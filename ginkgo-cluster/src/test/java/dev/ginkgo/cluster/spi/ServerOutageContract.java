package dev.ginkgo.cluster.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.cluster.model.Epoch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Tests of what every engine with servers of its own guarantees when these are killed and started again with their data.
 */
public abstract class ServerOutageContract extends ContractNodes {

    /** Kills all servers of the engine. */
    protected abstract void killServers() throws Exception;

    /** Starts the servers again, with the data that they had stored. */
    protected abstract void startServers() throws Exception;

    @Test
    @DisplayName(
            "C-74 contract: without its servers no node leads and each is degraded with the reason; with them the members"
                    + " are the same, and one leads in a higher epoch")
    void leadershipReturnsWithTheServers() throws Exception {
        // Given
        Node a = join(1);
        Node b = join(2);
        awaitNames(a, a, b);
        try (LeaseOverlap _ = LeaseOverlap.watch(this::nodes)) {
            Epoch first = epoch(leader(a, b));

            // When
            killServers();

            // Then
            await().atMost(TIMEOUT).until(() -> !a.listener.isLeading() && !b.listener.isLeading());
            awaitDegraded(a);
            awaitDegraded(b);

            // When
            startServers();

            // Then
            awaitReady(a);
            awaitReady(b);
            assertThat(first.isBefore(awaitAllKnowLeader(a, b).epoch())).isTrue();
            awaitNames(a, a, b);
            awaitNames(b, a, b);
        }
    }

    @Test
    @DisplayName("C-74 contract: a node that starts without the servers is degraded, and joins when they are there")
    void nodeThatStartsWithoutServers_joinsLater() throws Exception {
        // Given
        Node a = join(1);
        leader(a);
        killServers();

        // When
        Node b = join(2);

        // Then
        awaitDegraded(b);
        assertThat(b.listener.renewals).isEmpty();

        // When
        startServers();

        // Then
        awaitNames(a, a, b);
        awaitNames(b, a, b);
        awaitReady(b);
        Node later = join(3);
        assertThat(later.self.incarnation()).isGreaterThan(b.self.incarnation());
    }
}
