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

class LeasedPublishTest {
    @Test
    @DisplayName("K-03 a publish under a lease that is over is refused at the append, and nobody gets it")
    void leaseOver() throws Exception {
        try (TestHub testHub = TestHub.start();
                Subscription reader = testHub.hub().subscribe("/x")) {
            // Given
            Lease lease;
            try (TestTree<Cluster> cluster = TestTree.start(new Cluster())) {
                lease = cluster.root().awaitLeadership();
                assertThat(testHub.hub().publish("/x", "1", lease).receivers()).isEqualTo(1);
            }

            // When its node no longer leads
            assertThatThrownBy(() -> testHub.hub().publish("/x", "2", lease)).isInstanceOf(LeaseExpiredException.class);

            // Then
            testHub.hub().publish("/x", "3");
            assertThat(reader.take().text()).isEqualTo("1");
            assertThat(reader.take().text()).isEqualTo("3");
            assertThat(testHub.hub().stats().published()).isEqualTo(2);
        }
    }
}
