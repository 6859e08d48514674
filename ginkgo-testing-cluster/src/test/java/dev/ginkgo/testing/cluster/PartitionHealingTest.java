package dev.ginkgo.testing.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.cluster.Lease;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What readers are told at a node that was alone, or apart from the others, when it meets them. */
class PartitionHealingTest {
    private static final Duration LONG = Duration.ofSeconds(10);

    private static TestCluster<SubscribingNode> three(String toml) {
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
    @DisplayName(
            "H-16 K-05 what a leader published who is dead when a partition heals, and the next one is known, is told as lost")
    void reportsMessagesOfAnOlderLeader_asGap() {
        try (TestCluster<SubscribingNode> cluster = three("")) {
            // Given a node that is cut off while a leader publishes, dies, and another one leads
            TestNode<SubscribingNode> first = cluster.awaitLeader();
            TestNode<SubscribingNode> apart = cluster.nodes().stream()
                    .filter(node -> node != first)
                    .findFirst()
                    .orElseThrow();
            cluster.partition(apart);
            publishAsLeader(first, "first");
            cluster.advance(Duration.ofMillis(10));
            cluster.kill(first);
            cluster.start(first);
            TestNode<SubscribingNode> second = cluster.awaitLeader();
            publishAsLeader(second, "second");

            // When it hears of the second leader before it hears from it
            cluster.heal();
            cluster.cut(second, apart);
            cluster.cut(apart, second);
            cluster.await(
                    "it has heard",
                    () -> apart.root().cluster.leader().orElseThrow().name().equals(second.name()));
            assertThat(apart.root().received).isEmpty();
            cluster.heal();
            cluster.awaitConverged();
            cluster.advance(LONG);

            // Then
            assertThat(second.root().received).containsExactly("first", "second");
            assertThat(apart.root().received)
                    .contains(SubscribingNode.GAP_MARKER, "second")
                    .doesNotContain("first");
        }
    }

    @Test
    @DisplayName("H-16 K-20 what a node published in a life that was over before a partition healed comes, or is told")
    void deliversOrReportsMessagesOfEarlierIncarnations() {
        try (TestCluster<SubscribingNode> cluster = three("hub.history.count = 5\nhub.history.grace = '0s'")) {
            // Given a node that lives again, and again, while another one hears nothing of it
            cluster.partition(cluster.node(2));
            int said = 0;
            for (int life = 0; life < 3; life++) {
                TestNode<SubscribingNode> node = cluster.node(1);
                cluster.kill(node);
                cluster.start(node);
                cluster.await(
                        "it is heard",
                        () -> cluster.node(0)
                                        .transports()
                                        .getFirst()
                                        .readyPeers()
                                        .size()
                                == 1);
                for (int i = 0; i < 4; i++) {
                    node.root().publish(String.format("said %02d", said++));
                    cluster.advance(Duration.ofMillis(300));
                }
            }

            // When
            cluster.heal();
            cluster.awaitConverged();
            cluster.advance(LONG);

            // Then
            assertThat(cluster.node(0).root().received).hasSize(said);
            assertThat(cluster.node(2).root().received.stream()
                            .filter(text -> !text.equals(SubscribingNode.GAP_MARKER)))
                    .isSorted()
                    .hasSizeLessThan(said)
                    .endsWith("said 08", "said 09", "said 10", "said 11");
            assertThat(cluster.node(2).root().gaps).isNotEmpty();
        }
    }

    @Test
    @DisplayName(
            "K-20 a node that began alone, and was read, gets each other's messages once and in order when it meets them")
    void deliversOnce_toANodeThatStartedAlone() {
        try (TestCluster<SubscribingNode> cluster = three("")) {
            // Given
            TestNode<SubscribingNode> alone = cluster.node(2);
            cluster.kill(alone);
            cluster.partition(alone);
            for (int i = 0; i < 6; i++) {
                cluster.node(i % 2).root().publish("old " + i % 2 + " " + i);
                cluster.advance(Duration.ofMillis(100));
            }
            cluster.start(alone);
            cluster.advance(LONG);
            alone.root().publish("mine");
            cluster.advance(LONG);
            assertThat(alone.root().received).containsExactly("mine");

            // When
            cluster.heal();
            cluster.awaitConverged();
            cluster.advance(LONG);

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
