package dev.ginkgo.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.cluster.Lease;
import dev.ginkgo.hub.message.Gap;
import dev.ginkgo.hub.message.Message;
import dev.ginkgo.hub.message.Since;
import dev.ginkgo.hub.testing.HubCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Rolling restart: each restarted node obtains the history of the cluster by state transfer. */
class RollingRestartTest {

    private static void publish(HubCluster nodes, int count, String prefix) {
        for (int n = 0; n < count; n++) {
            for (int i = 0; i < 3; i++) {
                nodes.get(i).hub.publish("/n", prefix + i + "/" + n);
            }
        }
    }

    /** Reads the first messages of a channel at a node, from the start of its history. */
    private static List<Message> all(HubCluster.TestNode testNode, String channel, int count)
            throws InterruptedException {
        List<Message> found = new ArrayList<>();
        try (Subscription subscriber = testNode.hub.subscribe(channel, Since.Point.ALL)) {
            for (int i = 0; i < count; i++) {
                found.add(subscriber.take());
            }
        }
        return found;
    }

    private static List<String> texts(List<Message> messages) {
        return messages.stream().map(Message::text).toList();
    }

    /** Reads messages after an id at a node, and asserts that there was no gap. */
    private static List<String> after(HubCluster.TestNode testNode, String id, int count) throws InterruptedException {
        List<Gap> gaps = new ArrayList<>();
        List<String> found = new ArrayList<>();
        try (Subscription subscriber =
                testNode.hub.subscribe("/n", new Since.After(id)).onGap(gaps::add)) {
            for (int i = 0; i < count; i++) {
                found.add(subscriber.take().text());
            }
        }
        assertThat(gaps).isEmpty();
        return found;
    }

    @Test
    @DisplayName(
            "K-20 after a rolling restart each node has all messages of all incarnations in order, and resumes from any id")
    void restartedNodesHaveCompleteHistory() throws Exception {
        try (HubCluster nodes = HubCluster.of(3)) {
            publish(nodes, 20, "first ");
            List<Message> first = all(nodes.get(0), "/n", 60);
            List<String> expected = new ArrayList<>(texts(first));

            for (int incarnation = 1; incarnation <= 3; incarnation++) {
                nodes.stop(0); // the longest-running node; it rejoins as the newest
                nodes.start(incarnation);
                nodes.awaitPeers();
                HubCluster.TestNode restarted = nodes.get(2);
                restarted.hub.publish("/n", "restarted " + incarnation);
                expected.add("restarted " + incarnation);
            }

            for (int i = 0; i < 3; i++) {
                HubCluster.TestNode testNode = nodes.get(i);
                List<Message> here = all(testNode, "/n", 63);
                assertThat(texts(here)).containsExactlyInAnyOrderElementsOf(expected);
                for (int from = 0; from < 3; from++) {
                    String prefix = "first " + from;
                    assertThat(texts(here).stream().filter(text -> text.startsWith(prefix)))
                            .containsExactlyElementsOf(expected.stream()
                                    .filter(text -> text.startsWith(prefix))
                                    .toList());
                }
                assertThat(after(testNode, first.get(29).id(), 33))
                        .containsExactlyInAnyOrderElementsOf(expected.subList(30, 63));
                assertThat(after(testNode, here.get(61).id(), 1))
                        .isEqualTo(List.of(here.get(62).text()));
            }
        }
    }

    @Test
    @DisplayName("K-20 state transfer includes messages of older epochs, which are not fenced")
    void stateTransferIncludesOlderEpochs() throws Exception {
        try (HubCluster nodes = HubCluster.of(3)) {
            await().atMost(HubCluster.TIMEOUT).until(nodes.get(0).cluster::isLeader);
            Lease old = nodes.get(0).cluster.lease().orElseThrow();
            nodes.get(0).hub.publish("/n", "old", old);
            assertThat(texts(all(nodes.get(1), "/n", 1))).containsExactly("old");
            nodes.stop(0);
            await().atMost(HubCluster.TIMEOUT).until(nodes.get(0).cluster::isLeader);
            Lease next = nodes.get(0).cluster.lease().orElseThrow();
            nodes.get(0).hub.publish("/n", "new", next);

            HubCluster.TestNode restarted = nodes.start(1);
            nodes.awaitPeers();

            assertThat(texts(all(restarted, "/n", 2))).containsExactly("old", "new");
            assertThat(restarted.hub.metrics().peers().fenced()).isZero();
        }
    }

    @Test
    @DisplayName("K-20 state transfer includes each channel's eviction watermark: quiet channels resume without a gap")
    void stateTransferIncludesEvictionWatermarks() throws Exception {
        try (HubCluster nodes = HubCluster.of(2, "hub.history.count = 10", "hub.history.grace = '0s'")) {
            nodes.get(1).hub.publish("/quiet", "one");
            String quiet = all(nodes.get(1), "/quiet", 1).getFirst().id();
            nodes.get(1).hub.publish("/n", "first");
            String first = all(nodes.get(1), "/n", 1).getFirst().id();
            for (int n = 0; n < 100; n++) {
                nodes.get(1).hub.publish("/n", Integer.toString(n));
            }
            nodes.get(1).hub.publish("/quiet", "two");

            nodes.stop(0);
            HubCluster.TestNode restarted = nodes.start(1);
            nodes.awaitPeers();

            List<Gap> gaps = new ArrayList<>();
            try (Subscription subscriber =
                    restarted.hub.subscribe("/quiet", new Since.After(quiet)).onGap(gaps::add)) {
                assertThat(subscriber.take().text()).isEqualTo("two");
            }
            assertThat(gaps).isEmpty();
            try (Subscription subscriber =
                    restarted.hub.subscribe("/n", new Since.After(first)).onGap(gaps::add)) {
                assertThat(subscriber.take().text()).isEqualTo("90");
            }
            assertThat(gaps).hasSize(1);
        }
    }

    @Test
    @DisplayName("K-20 a large history is transferred in chunks, within the store budget of the receiving node")
    void transfersInChunksWithinBudget() throws Exception {
        try (HubCluster nodes = HubCluster.of(2, "hub.store.budget = '2MiB'")) {
            byte[] large = new byte[30_000];
            for (int n = 0; n < 50; n++) {
                nodes.get(1).hub.publish("/large/" + n % 5, large);
            }
            nodes.get(1).hub.publish("/n", "end");
            nodes.stop(0);
            HubCluster.TestNode restarted = nodes.start(1);
            nodes.awaitPeers();

            for (int n = 0; n < 5; n++) {
                assertThat(all(restarted, "/large/" + n, 10)).hasSize(10);
            }
            assertThat(texts(all(restarted, "/n", 1))).containsExactly("end");
            assertThat(nodes.get(0).hub.stats().storedBytes()).isLessThan(2 * 1024 * 1024);
        }
    }

    @Test
    @DisplayName("K-20 a node that starts alone, or several that start at once, do not wait for a state transfer")
    void startsWithoutStateTransfer_whenThereIsNoHistory() throws Exception {
        long began = System.nanoTime();
        try (HubCluster nodes = HubCluster.of(3)) {
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(15));
            assertThat(nodes.get(0).hub.stats().published()).isZero();
        }
    }
}
