package dev.ginkgo.testing.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.cluster.Lease;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What subscribers receive from a node that was alone or partitioned, after it joins the others. */
class PartitionHealingTest {
    private static final Duration SETTLE_TIME = Duration.ofSeconds(10);

    private static TestCluster<SubscribingNode> threeNodes(String toml) {
        TestCluster<SubscribingNode> cluster = TestCluster.of(3, _ -> new SubscribingNode(), toml);
        cluster.awaitLeader();
        cluster.awaitConverged();
        return cluster;
    }

    private static void publishAsLeader(TestNode<SubscribingNode> node, String text) {
        Lease lease = node.root().cluster.lease().orElseThrow();
        node.root().hub.publish(SubscribingNode.CHANNEL, text, lease);
    }

    @Test
    @DisplayName("H-16 K-05 messages of a leader that died before a partition healed are reported as a gap once the"
            + " next leader is known")
    void reportsMessagesOfAnOlderLeader_asGap() {
        try (TestCluster<SubscribingNode> cluster = threeNodes("")) {
            // Given a node that is cut off while a leader publishes and dies, and another node leads
            TestNode<SubscribingNode> first = cluster.awaitLeader();
            TestNode<SubscribingNode> isolated = cluster.nodes().stream()
                    .filter(node -> node != first)
                    .findFirst()
                    .orElseThrow();
            cluster.partition(isolated);
            publishAsLeader(first, "first");
            cluster.advance(Duration.ofMillis(10));
            cluster.kill(first);
            cluster.start(first);
            TestNode<SubscribingNode> second = cluster.awaitLeader();
            publishAsLeader(second, "second");

            // When it learns of the second leader before it receives its messages
            cluster.heal();
            cluster.cut(second, isolated);
            cluster.cut(isolated, second);
            cluster.await(
                    "the leader " + second.name() + " at the isolated node",
                    () -> isolated.root().cluster.leader().orElseThrow().name().equals(second.name()));
            assertThat(isolated.root().received).isEmpty();
            cluster.heal();
            cluster.awaitConverged();
            cluster.advance(SETTLE_TIME);

            // Then
            assertThat(second.root().received).containsExactly("first", "second");
            assertThat(isolated.root().received)
                    .contains(SubscribingNode.GAP_MARKER, "second")
                    .doesNotContain("first");
        }
    }

    @Test
    @DisplayName("H-16 K-20 messages of an incarnation that ended before a partition healed are delivered or reported"
            + " as a gap")
    void deliversOrReportsMessagesOfEarlierIncarnations() {
        try (TestCluster<SubscribingNode> cluster = threeNodes("hub.history.count = 5\nhub.history.grace = '0s'")) {
            // Given a node that restarts several times while another one is cut off from it
            cluster.partition(cluster.node(2));
            int count = 0;
            for (int incarnation = 0; incarnation < 3; incarnation++) {
                TestNode<SubscribingNode> node = cluster.node(1);
                cluster.kill(node);
                cluster.start(node);
                cluster.await(
                        "the restarted node is connected",
                        () -> cluster.node(0)
                                        .transports()
                                        .getFirst()
                                        .readyPeers()
                                        .size()
                                == 1);
                for (int i = 0; i < 4; i++) {
                    node.root().publish(String.format("text %02d", count++));
                    cluster.advance(Duration.ofMillis(300));
                }
            }

            // When
            cluster.heal();
            cluster.awaitConverged();
            cluster.advance(SETTLE_TIME);

            // Then
            assertThat(cluster.node(0).root().received).hasSize(count);
            assertThat(cluster.node(2).root().received.stream()
                            .filter(text -> !text.equals(SubscribingNode.GAP_MARKER)))
                    .isSorted()
                    .hasSizeLessThan(count)
                    .endsWith("text 08", "text 09", "text 10", "text 11");
            assertThat(cluster.node(2).root().gaps).isNotEmpty();
        }
    }

    @Test
    @DisplayName("K-20 a node that started alone and served subscribers exchanges messages once and in order when it"
            + " meets the others")
    void deliversOnce_toANodeThatStartedAlone() {
        try (TestCluster<SubscribingNode> cluster = threeNodes("")) {
            // Given
            TestNode<SubscribingNode> alone = cluster.node(2);
            cluster.kill(alone);
            cluster.partition(alone);
            for (int i = 0; i < 6; i++) {
                cluster.node(i % 2).root().publish("old " + i % 2 + " " + i);
                cluster.advance(Duration.ofMillis(100));
            }
            cluster.start(alone);
            cluster.advance(SETTLE_TIME);
            alone.root().publish("mine");
            cluster.advance(SETTLE_TIME);
            assertThat(alone.root().received).containsExactly("mine");

            // When
            cluster.heal();
            cluster.awaitConverged();
            cluster.advance(SETTLE_TIME);

            // Then
            List<String> read = alone.root().received;
            assertThat(read).hasSize(7).doesNotHaveDuplicates().startsWith("mine");
            assertThat(read).containsSubsequence("old 0 0", "old 0 2", "old 0 4");
            assertThat(read).containsSubsequence("old 1 1", "old 1 3", "old 1 5");
            assertThat(cluster.node(0).root().received).endsWith("mine").hasSize(7);
            assertThat(alone.root().gaps).isEmpty();
        }
    }
}
