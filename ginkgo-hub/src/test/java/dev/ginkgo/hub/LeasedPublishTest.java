package dev.ginkgo.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.cluster.Lease;
import dev.ginkgo.cluster.LeaseExpiredException;
import dev.ginkgo.hub.testing.TestHub;
import dev.ginkgo.testing.TestTree;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Publishing under a lease of the cluster's leader. */
class LeasedPublishTest {
    @Test
    @DisplayName(
            "K-03 publishing under an expired lease is rejected before the append, and no subscriber receives the message")
    void rejectsPublishUnderExpiredLease() throws Exception {
        try (TestHub testHub = TestHub.start();
                Subscription subscriber = testHub.hub().subscribe("/x")) {
            // Given
            Lease lease;
            try (TestTree<Cluster> cluster = TestTree.start(new Cluster())) {
                lease = cluster.root().awaitLeadership();
                assertThat(testHub.hub().publish("/x", "1", lease).receivers()).isEqualTo(1);
            }

            // When the node of the lease no longer leads
            assertThatThrownBy(() -> testHub.hub().publish("/x", "2", lease)).isInstanceOf(LeaseExpiredException.class);

            // Then
            testHub.hub().publish("/x", "3");
            assertThat(subscriber.take().text()).isEqualTo("1");
            assertThat(subscriber.take().text()).isEqualTo("3");
            assertThat(testHub.hub().stats().published()).isEqualTo(2);
        }
    }
}
