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

/** Faults injected through {@link TestCluster}, and the reaction of the nodes. */
class TestClusterTest {

    /** Records an action a hundred times a second while it is the leader. */
    private static final class Worker extends Service {
        final Cluster cluster = add("cluster", new Cluster());
        final List<Long> actions = new CopyOnWriteArrayList<>();

        @Override
        protected void onStart() {
            every(
                    "act",
                    () -> Duration.ofMillis(10),
                    () -> cluster.ifLeading(lease -> actions.add(lease.epoch().number())));
        }

        Lease lease() {
            return cluster.lease().orElseThrow();
        }
    }

    private static TestCluster<Worker> threeNodes() {
        TestCluster<Worker> cluster = TestCluster.of(3, _ -> new Worker());
        cluster.awaitLeader();
        cluster.awaitConverged();
        return cluster;
    }

    private static Duration millis(long millis) {
        return Duration.ofMillis(millis);
    }

    @Test
    @DisplayName("K-05 after the leader is killed another node leads under a higher epoch, and the dead node leaves"
            + " the roster")
    void replacesAKilledLeader() {
        try (TestCluster<Worker> cluster = threeNodes()) {
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
    @DisplayName(
            "K-60 a leader of a test cluster that steps down is followed by another node, and leads again only later")
    void handsOver_whenTheLeaderStepsDown() {
        try (TestCluster<Worker> cluster = threeNodes()) {
            TestNode<Worker> old = cluster.awaitLeader();
            long epoch = old.root().lease().epoch().number();

            old.root().cluster.stepDown();
            TestNode<Worker> next = cluster.awaitOtherLeader(old);

            assertThat(old.isLeader()).isFalse();
            assertThat(next.root().lease().epoch().number()).isGreaterThan(epoch);
            assertThat(next.roster()).hasSize(3);
            cluster.kill(next);
            cluster.awaitOtherLeader(next);
            cluster.awaitConverged();
        }
    }

    @Test
    @DisplayName("K-03 a leader that was frozen does not act when it resumes, and its loss of leadership is reported")
    void pausedLeaderStepsDown_whenResumed() {
        try (TestCluster<Worker> cluster = threeNodes()) {
            TestNode<Worker> old = cluster.awaitLeader();
            cluster.advance(millis(100));
            cluster.pause(old);
            List<Long> actions = List.copyOf(old.root().actions);
            assertThat(actions).isNotEmpty();
            TestNode<Worker> next = cluster.awaitOtherLeader(old);
            assertThat(old.root().actions).isEqualTo(actions);

            cluster.resume(old);

            assertThat(old.root().actions).as("before the clock advances").isEqualTo(actions);
            assertThat(old.isLeader()).isFalse();
            cluster.awaitConverged();
            cluster.advance(Duration.ofSeconds(5));
            assertThat(old.root().actions).isEqualTo(actions);
            assertThat(next.isLeader()).isTrue();
        }
    }

    @Test
    @DisplayName("K-06 K-07 a minority never leads; after the partition heals there is one roster and one leader")
    void minorityNeverLeads() {
        try (TestCluster<Worker> cluster = threeNodes()) {
            TestNode<Worker> old = cluster.awaitLeader();
            cluster.partition(old);
            TestNode<Worker> next = cluster.awaitOtherLeader(old);
            assertThat(old.isLeader()).isFalse();
            int actions = old.root().actions.size();
            cluster.advance(Duration.ofMinutes(1));
            assertThat(old.root().actions).hasSize(actions);
            assertThat(next.isLeader()).isTrue();

            cluster.heal();

            cluster.awaitConverged();
            assertThat(old.roster()).hasSize(3);
            assertThat(cluster.leader()).contains(next);
        }
    }

    @Test
    @DisplayName("K-16 a leader that stops gracefully is replaced at once")
    void replacesAStoppedLeaderAtOnce() {
        try (TestCluster<Worker> cluster = threeNodes()) {
            TestNode<Worker> old = cluster.awaitLeader();
            cluster.stop(old);
            cluster.advance(millis(320));
            assertThat(cluster.leader()).isPresent();
        }
    }
}
