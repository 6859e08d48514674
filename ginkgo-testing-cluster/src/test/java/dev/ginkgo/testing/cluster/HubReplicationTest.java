package dev.ginkgo.testing.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ginkgo.cluster.Lease;
import dev.ginkgo.cluster.LeaseExpiredException;
import dev.ginkgo.hub.message.Message;
import dev.ginkgo.hub.message.Since;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Replication between hubs over links that the test cuts. */
class HubReplicationTest {
    private static final Duration SETTLE_TIME = Duration.ofSeconds(10);

    private static TestCluster<SubscribingNode> threeNodes(String toml) {
        TestCluster<SubscribingNode> cluster = TestCluster.of(3, _ -> new SubscribingNode(), toml);
        cluster.awaitLeader();
        cluster.awaitConverged();
        return cluster;
    }

    @Test
    @DisplayName("H-14 a message published at any node reaches every node within two milliseconds of the test's time")
    void deliversAtEveryNode() {
        try (TestCluster<SubscribingNode> cluster = threeNodes("")) {
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                cluster.node(i % 3).root().publish("number " + i);
                expected.add("number " + i);
                cluster.advance(Duration.ofMillis(2));
            }

            assertThat(cluster.nodes())
                    .allSatisfy(node -> assertThat(node.root().received).isEqualTo(expected));
        }
    }

    @Test
    @DisplayName("K-20 messages published on both sides of a partition are retransmitted after it heals, without a gap")
    void fetchesMissingMessages_withoutGap() {
        try (TestCluster<SubscribingNode> cluster = threeNodes("")) {
            cluster.partition(cluster.node(2));
            for (int i = 0; i < 30; i++) {
                cluster.node(i % 3).root().publish("number " + i);
                cluster.advance(Duration.ofMillis(300));
            }
            assertThat(cluster.node(2).root().received).hasSize(10);
            assertThat(cluster.node(0).root().received).hasSize(20);

            cluster.heal();
            cluster.awaitConverged();
            cluster.advance(SETTLE_TIME);

            assertThat(cluster.nodes()).allSatisfy(node -> {
                assertThat(node.root().received).hasSize(30).doesNotHaveDuplicates();
                assertThat(node.root().gaps).isEmpty();
            });
        }
    }

    @Test
    @DisplayName("H-16 messages that were evicted during a partition are reported as a gap in their place")
    void reportsMessagesThatAreGone_asGap() {
        try (TestCluster<SubscribingNode> cluster = threeNodes("hub.history.count = 5\nhub.history.grace = '0s'")) {
            cluster.partition(cluster.node(2));
            for (int i = 0; i < 30; i++) {
                cluster.node(0).root().publish("number " + i);
                cluster.advance(Duration.ofMillis(300));
            }

            cluster.heal();
            cluster.awaitConverged();
            cluster.advance(SETTLE_TIME);

            assertThat(cluster.node(2).root().received)
                    .containsExactly(
                            SubscribingNode.GAP_MARKER,
                            "number 25",
                            "number 26",
                            "number 27",
                            "number 28",
                            "number 29");
            assertThat(cluster.node(1).root().received).hasSize(30).doesNotContain(SubscribingNode.GAP_MARKER);
        }
    }

    @Test
    @DisplayName("K-03 K-05 a leader that was cut off cannot publish under its lease, before and after it learns of"
            + " the next leader")
    void rejectsPublishing_underAnExpiredLease() {
        try (TestCluster<SubscribingNode> cluster = threeNodes("")) {
            TestNode<SubscribingNode> old = cluster.awaitLeader();
            Lease lease = old.root().cluster.lease().orElseThrow();
            old.root().hub.publish(SubscribingNode.CHANNEL, "old", lease);
            cluster.advance(Duration.ofMillis(10));
            cluster.partition(old);
            TestNode<SubscribingNode> next = cluster.awaitOtherLeader(old);
            next.root()
                    .hub
                    .publish(
                            SubscribingNode.CHANNEL,
                            "new",
                            next.root().cluster.lease().orElseThrow());

            assertThatThrownBy(() -> old.root().hub.publish(SubscribingNode.CHANNEL, "too late", lease))
                    .isInstanceOf(LeaseExpiredException.class);
            cluster.heal();
            cluster.awaitConverged();
            cluster.advance(SETTLE_TIME);

            assertThat(cluster.nodes())
                    .allSatisfy(node -> assertThat(node.root().received).containsExactly("old", "new"));
        }
    }

    @Test
    @DisplayName("K-20 a node that was killed and started again receives the history of the others")
    void receivesTheHistoryOfTheOthers_afterARestart() {
        try (TestCluster<SubscribingNode> cluster = threeNodes("")) {
            TestNode<SubscribingNode> node = cluster.node(1);
            cluster.kill(node);
            cluster.node(0).root().publish("while it was away");
            cluster.advance(SETTLE_TIME);

            cluster.start(node);
            cluster.awaitConverged();
            cluster.node(0).root().publish("welcome");
            cluster.advance(SETTLE_TIME);

            assertThat(node.root().received).containsExactly("while it was away", "welcome");
            assertThat(node.root().gaps).isEmpty();
        }
    }

    @Test
    @DisplayName("H-15 a subscriber that moves from a node that was behind to a third node receives no message twice")
    void resumesAtAThirdNode_withoutDuplicates() {
        try (TestCluster<SubscribingNode> cluster = threeNodes("")) {
            List<Message> read = new CopyOnWriteArrayList<>();
            Runnable leave = subscribeAt(cluster, 0, Since.Point.NONE, read);
            cluster.partition(cluster.node(2));
            cluster.node(0).root().publish("one");
            cluster.node(1).root().publish("two");
            cluster.advance(SETTLE_TIME);
            leave.run();

            leave = subscribeAt(cluster, 2, new Since.After(read.getLast().id()), read);
            cluster.node(2).root().publish("three");
            cluster.advance(Duration.ofMillis(10));
            leave.run();
            cluster.heal();
            cluster.awaitConverged();
            cluster.advance(SETTLE_TIME);
            leave = subscribeAt(cluster, 1, new Since.After(read.getLast().id()), read);
            cluster.node(0).root().publish("four");
            cluster.advance(SETTLE_TIME);

            assertThat(read).extracting(Message::text).containsExactly("one", "two", "three", "four");
            leave.run();
        }
    }

    private static Runnable subscribeAt(
            TestCluster<SubscribingNode> cluster, int node, Since since, List<Message> read) {
        Runnable leave = cluster.node(node).root().subscribe(since, read::add, _ -> {});
        cluster.advance(Duration.ZERO); // until the subscription is open
        return leave;
    }
}
