package dev.ginkgo.testing.cluster.simulation;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.cluster.Lease;
import dev.ginkgo.testing.cluster.TestCluster;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Tests that overlapping leases are detected, with the leases of two clusters presented as those of one. */
class LeaseCheckerTest {
    private static TestCluster<Cluster> oneNode() {
        TestCluster<Cluster> cluster = TestCluster.of(1, _ -> new Cluster());
        cluster.awaitLeader();
        return cluster;
    }

    private static Lease lease(TestCluster<Cluster> cluster) {
        return cluster.node(0).root().lease().orElseThrow();
    }

    private static void check(LeaseChecker leaseChecker, TestCluster<Cluster> cluster) {
        leaseChecker.check(new EventLog(cluster.clock()));
    }

    @Test
    @DisplayName("two leases that are valid at once fail the test, and so does an epoch that is used twice")
    void reportsOverlappingLeases() {
        try (TestCluster<Cluster> a = oneNode();
                TestCluster<Cluster> b = oneNode()) {
            LeaseChecker leaseChecker = new LeaseChecker();
            leaseChecker.leaseGranted("a", lease(a));
            check(leaseChecker, a);
            leaseChecker.leaseGranted("b", lease(b));

            assertThatThrownBy(() -> check(leaseChecker, a))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("b holds the lease of epoch 1@simulated")
                    .hasMessageContaining("b leads in epoch 1@simulated after a led in 1@simulated");
        }
    }

    @Test
    @DisplayName("an expired lease does not overlap with another lease")
    void acceptsAnExpiredLease() {
        try (TestCluster<Cluster> a = oneNode();
                TestCluster<Cluster> b = oneNode()) {
            LeaseChecker leaseChecker = new LeaseChecker();
            leaseChecker.leaseGranted("a", lease(a));
            a.pause(a.node(0));
            a.advance(Duration.ofSeconds(2));
            b.kill(b.node(0));
            b.start(b.node(0));
            b.awaitLeader();
            leaseChecker.leaseGranted("b", lease(b));

            check(leaseChecker, a);
        }
    }
}
