package dev.ginkgo.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ginkgo.Service;
import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.cluster.model.Leader;
import dev.ginkgo.cluster.spi.DualTimestamp;
import dev.ginkgo.cluster.spi.JumpingClock;
import dev.ginkgo.cluster.spi.LeaseTiming;
import dev.ginkgo.testing.TestTree;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LeadershipTest {
    private final JumpingClock clock = new JumpingClock();
    private final Node node = new Node();

    private static final class Node extends Service {
        final Cluster cluster = add("cluster", new Cluster());
        final List<String> events = new CopyOnWriteArrayList<>();

        Node() {
            cluster.onLeadership(lease -> events.add(describe(lease)));
        }

        @Override
        protected void onStart() {
            spawn("leader", () -> {
                Lease lease = cluster.awaitLeadership();
                events.add("awaited " + lease.epoch().number());
            });
        }

        private static String describe(Optional<Lease> lease) {
            return lease.map(each -> "leads " + each.epoch().number()).orElse("follows");
        }
    }

    private TestTree<Node> start() {
        TestTree<Node> tree = TestTree.start(node, clock, "cluster.coordinator.engine = 'scripted'");
        clock.advance(Duration.ZERO);
        return tree;
    }

    private ScriptedCoordinator engine() {
        return ScriptedCoordinator.of(node.cluster);
    }

    private List<String> events() {
        clock.advance(Duration.ZERO);
        return node.events.stream().filter(each -> !each.startsWith("awaited")).toList();
    }

    @Test
    @DisplayName("K-13 each promotion and demotion is reported once, in order; renewals are not reported")
    void reportsPromotionAndDemotionOnce() {
        try (TestTree<Node> _ = start()) {
            assertThat(engine().renew(1)).isTrue();
            assertThat(engine().renew(1)).isTrue();
            engine().endLease(1);
            engine().endLease(1);
            assertThat(engine().renew(2)).isTrue();
            assertThat(engine().renew(3)).isTrue();

            assertThat(events()).containsExactly("follows", "leads 1", "follows", "leads 2", "follows", "leads 3");
        }
    }

    @Test
    @DisplayName(
            "E-41, N-41: if the servers of the engine were replaced by empty ones, whose epochs begin again, this node"
                    + " leads in the epochs of the new ones")
    void leadsInTheEpochsOfAnotherCluster() {
        try (TestTree<Node> _ = start()) {
            // Given
            assertThat(engine().renew(9)).isTrue();
            engine().endLease(9);

            // When
            boolean isValid = engine().listener().leaseRenewed(new Epoch("new", 2), DualTimestamp.now(clock));

            // Then
            assertThat(isValid).isTrue();
            assertThat(engine().listener().leaseRenewed(new Epoch("new", 1), DualTimestamp.now(clock)))
                    .isFalse();
            assertThat(events()).containsExactly("follows", "leads 9", "follows", "leads 2");
        }
    }

    @Test
    @DisplayName("K-05 each new leader is reported once, in order; a lease ends when a later epoch is known")
    void reportsTheLeaderOfEachEpoch() {
        List<Optional<Leader>> leaders = new CopyOnWriteArrayList<>();
        node.cluster.onLeader(leaders::add);
        try (TestTree<Node> _ = start()) {
            engine().reportLeader("a", 1);
            engine().reportLeader("a", 1);
            engine().reportLeader("me", 3);
            assertThat(engine().renew(3)).isTrue();
            engine().reportLeader("late", 2);
            assertThat(node.cluster.isLeader()).isTrue();

            engine().reportLeader("b", 4);

            assertThat(node.cluster.isLeader()).isFalse();
            assertThat(node.cluster.leader()).contains(new Leader("b", new Epoch("script", 4)));
            assertThat(events()).containsExactly("follows", "leads 3", "follows");
            assertThat(leaders)
                    .extracting(each -> each.map(Leader::name).orElse("none"))
                    .containsExactly("none", "a", "me", "b");
        }
    }

    @Test
    @DisplayName("K-13 a lease that is not renewed expires, and the demotion is reported although no thread asks for"
            + " the lease")
    void reportsALeaseThatExpires() {
        try (TestTree<Node> _ = start()) {
            engine().renew(1);
            clock.advance(Duration.ofSeconds(1));
            assertThat(engine().renew(1)).isTrue();
            clock.advance(Duration.ofMillis(1_099));
            assertThat(events()).containsExactly("follows", "leads 1");
            assertThat(node.cluster.isLeader()).isTrue();

            clock.advance(Duration.ofMillis(1));

            assertThat(events()).containsExactly("follows", "leads 1", "follows");
            assertThat(node.cluster.isLeader()).isFalse();
        }
    }

    @Test
    @DisplayName("K-13 after a suspension the node is not the leader, and the engine learns this from its next renewal")
    void doesNotLead_afterASuspension() {
        try (TestTree<Node> _ = start()) {
            engine().renew(1);
            Lease lease = node.cluster.lease().orElseThrow();

            clock.jump(Duration.ofMinutes(5));

            assertThat(lease.valid()).isFalse();
            assertThat(node.cluster.isLeader()).isFalse();
            assertThat(engine().renew(1)).isFalse();
            assertThat(events()).containsExactly("follows", "leads 1", "follows");
        }
    }

    @Test
    @DisplayName("K-13 an ended epoch, a lower epoch or a late promotion does not make the node a leader")
    void rejectsOlderEpochs() {
        try (TestTree<Node> _ = start()) {
            engine().renew(5);
            engine().endLease(5);
            assertThat(engine().renew(5)).isFalse();
            assertThat(engine().renew(4)).isFalse();
            DualTimestamp start = DualTimestamp.now(clock);
            clock.advance(Duration.ofSeconds(2));
            assertThat(engine().listener().leaseRenewed(new Epoch("script", 6), start))
                    .isFalse();
            assertThat(events()).containsExactly("follows", "leads 5", "follows");
        }
    }

    @Test
    @DisplayName("K-13 awaitLeadership parks the task until there is a valid lease, and returns it")
    void awaitsLeadership() {
        try (TestTree<Node> tree = start()) {
            clock.advance(Duration.ofHours(1));
            assertThat(node.events).containsExactly("follows");
            assertThat(tree.ginkgo().tasks())
                    .filteredOn(task -> task.fullName().equals("node#leader"))
                    .singleElement()
                    .satisfies(task -> assertThat(task.thread().isVirtual()).isTrue());
            engine().renew(1);
            clock.advance(Duration.ZERO);
            assertThat(node.events).contains("awaited 1");
        }
    }

    @Test
    @DisplayName("K-13 ifLeading runs the action only under a valid lease, and passes on its exception")
    void runsTheActionOnlyWhileLeading() throws IOException {
        try (TestTree<Node> _ = start()) {
            assertThat(node.cluster.ifLeading(lease -> node.events.add("acted")))
                    .isFalse();
            engine().renew(1);
            assertThat(node.cluster.ifLeading(lease -> node.events.add("acts in " + lease.epoch())))
                    .isTrue();
            assertThat(node.events).contains("acts in 1@script").doesNotContain("acted");
            assertThatThrownBy(() -> node.cluster.ifLeading(lease -> {
                        throw new IOException("no route");
                    }))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    @DisplayName("K-13 a lease that expires inside the action ends the action, and ifLeading returns false")
    void returnsFalse_whenTheLeaseExpiresWithinTheAction() {
        try (TestTree<Node> _ = start()) {
            engine().renew(1);
            assertThat(node.cluster.ifLeading(lease -> {
                        lease.requireValid();
                        engine().endLease(1);
                        lease.requireValid();
                        node.events.add("acted");
                    }))
                    .isFalse();
            assertThat(node.events).doesNotContain("acted");
            // And an exception for another lease is passed on
            Lease old = engineLease();
            engine().endLease(2);
            engine().renew(3);
            assertThatThrownBy(() -> node.cluster.ifLeading(lease -> old.requireValid()))
                    .isInstanceOf(LeaseExpiredException.class)
                    .hasMessageContaining("lease of epoch 2@script, expired")
                    .hasMessageContaining("awaitLeadership()");
        }
    }

    private Lease engineLease() {
        engine().renew(2);
        return node.cluster.lease().orElseThrow();
    }

    @Test
    @DisplayName("K-13 a stop ends the lease and is reported; the node starts as a follower")
    void stopEndsTheLease() {
        Lease lease;
        try (TestTree<Node> _ = start()) {
            engine().renew(8);
            lease = node.cluster.lease().orElseThrow();
        }
        assertThat(lease.valid()).isFalse();
        assertThat(engine().listener().leaseRenewed(new Epoch("script", 9), DualTimestamp.now(clock)))
                .as("after leaving")
                .isFalse();
        node.events.clear();
        try (TestTree<Node> _ = start()) {
            assertThat(engine().renew(9)).isTrue();
            assertThat(events()).containsExactly("follows", "leads 9");
        }
    }

    @Test
    @DisplayName("K-13 an observer that is added after the stop is not called")
    void observerIsNotCalled_afterTheStop() {
        // Given
        Leadership leadership = new Leadership(Runnable::run);
        leadership.start(new LeaseTiming(Duration.ofMillis(1_200), Duration.ofMillis(100)), clock);
        List<Optional<Lease>> before = new CopyOnWriteArrayList<>();
        leadership.observe(before::add);
        List<Optional<Lease>> after = new CopyOnWriteArrayList<>();

        // When
        leadership.stop();
        leadership.observe(after::add);

        // Then
        assertThat(before).containsExactly(Optional.empty());
        assertThat(after).isEmpty();
    }
}
