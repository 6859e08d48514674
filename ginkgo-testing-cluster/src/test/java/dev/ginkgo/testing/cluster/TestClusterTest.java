package dev.ginkgo.testing.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.Service;
import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.cluster.Lease;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a test does to its cluster, and what the nodes make of it. */
class TestClusterTest {

    /** Does something a hundred times a second while it leads. */
    private static final class Worker extends Service {
        final Cluster cluster = add("cluster", new Cluster());
        final List<Long> acts = new CopyOnWriteArrayList<>();

        @Override
        protected void onStart() {
            every(
                    "act",
                    () -> Duration.ofMillis(10),
                    () -> cluster.ifLeading(lease -> acts.add(lease.epoch().number())));
        }

        Lease lease() {
            return cluster.lease().orElseThrow();
        }
    }

    private static TestCluster<Worker> three() {
        TestCluster<Worker> cluster = TestCluster.of(3, _ -> new Worker());
        cluster.awaitLeader();
        cluster.awaitConverged();
        return cluster;
    }

    private static Duration millis(long millis) {
        return Duration.ofMillis(millis);
    }

    @Test
    @DisplayName("K-05 the leader is killed: another leads under a higher epoch, and the ghost leaves the roster")
    void replacesAKilledLeader() {
        try (TestCluster<Worker> cluster = three()) {
            TestNode<Worker> old = cluster.awaitLeader();
            long epoch = old.root().lease().epoch().number();

            cluster.kill(old);
            TestNode<Worker> next = cluster.awaitOtherLeader(old);

            assertThat(next.root().lease().epoch().number()).isGreaterThan(epoch);
            cluster.awaitConverged();
            assertThat(next.roster()).hasSize(2);

            cluster.start(old);
            cluster.awaitConverged();
            assertThat(next.roster()).hasSize(3);
            assertThat(next.isLeader()).isTrue();
            assertThat(old.isLeader()).isFalse();
        }
    }

    @Test
    @DisplayName("K-03 a leader that was frozen acts no more when it wakes, and is told that it leads no longer")
    void pausedLeaderStepsDown_whenResumed() {
        try (TestCluster<Worker> cluster = three()) {
            TestNode<Worker> old = cluster.awaitLeader();
            cluster.advance(millis(100));
            cluster.pause(old);
            List<Long> acts = List.copyOf(old.root().acts);
            assertThat(acts).isNotEmpty();
            TestNode<Worker> next = cluster.awaitOtherLeader(old);
            assertThat(old.root().acts).isEqualTo(acts);

            cluster.resume(old);

            assertThat(old.root().acts).as("before any time passes").isEqualTo(acts);
            assertThat(old.isLeader()).isFalse();
            cluster.awaitConverged();
            cluster.advance(Duration.ofSeconds(5));
            assertThat(old.root().acts).isEqualTo(acts);
            assertThat(next.isLeader()).isTrue();
        }
    }

    @Test
    @DisplayName("K-06 K-07 a minority never leads; when all is healed there is one roster, and one leader")
    void minorityNeverLeads() {
        try (TestCluster<Worker> cluster = three()) {
            TestNode<Worker> old = cluster.awaitLeader();
            cluster.partition(old);
            TestNode<Worker> next = cluster.awaitOtherLeader(old);
            assertThat(old.isLeader()).isFalse();
            int acts = old.root().acts.size();
            cluster.advance(Duration.ofMinutes(1));
            assertThat(old.root().acts).hasSize(acts);
            assertThat(next.isLeader()).isTrue();

            cluster.heal();

            cluster.awaitConverged();
            assertThat(old.roster()).hasSize(3);
            assertThat(cluster.leader()).contains(next);
        }
    }

    @Test
    @DisplayName("K-16 a leader that stops in order is succeeded at once")
    void replacesAStoppedLeaderAtOnce() {
        try (TestCluster<Worker> cluster = three()) {
            TestNode<Worker> old = cluster.awaitLeader();
            cluster.stop(old);
            cluster.advance(millis(320));
            assertThat(cluster.leader()).isPresent();
        }
    }
}
