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

/** Nodes that are restarted one after the other, and what they know of the time before. */
class RollingRestartTest {

    private static void publish(HubCluster nodes, int count, String prefix) {
        for (int n = 0; n < count; n++) {
            for (int i = 0; i < 3; i++) {
                nodes.get(i).hub.publish("/n", prefix + i + "/" + n);
            }
        }
    }

    /** All that a node has of a channel, by its own words. */
    private static List<Message> all(HubCluster.TestNode testNode, String channel, int count)
            throws InterruptedException {
        List<Message> found = new ArrayList<>();
        try (Subscription reader = testNode.hub.subscribe(channel, Since.Point.ALL)) {
            for (int i = 0; i < count; i++) {
                found.add(reader.take());
            }
        }
        return found;
    }

    private static List<String> texts(List<Message> messages) {
        return messages.stream().map(Message::text).toList();
    }

    /** What a node gives after an id, and whether it says that this is everything. */
    private static List<String> after(HubCluster.TestNode testNode, String id, int count) throws InterruptedException {
        List<Gap> gaps = new ArrayList<>();
        List<String> found = new ArrayList<>();
        try (Subscription reader =
                testNode.hub.subscribe("/n", new Since.After(id)).onGap(gaps::add)) {
            for (int i = 0; i < count; i++) {
                found.add(reader.take().text());
            }
        }
        assertThat(gaps).isEmpty();
        return found;
    }

    @Test
    @DisplayName("K-20 after each node was restarted, each has all of all lives in order, and resumes from any id")
    void rolling() throws Exception {
        try (HubCluster nodes = HubCluster.of(3)) {
            publish(nodes, 20, "first ");
            List<Message> first = all(nodes.get(0), "/n", 60);
            List<String> expected = new ArrayList<>(texts(first));

            for (int life = 1; life <= 3; life++) {
                nodes.stop(0); // the oldest of them; it comes back as the youngest
                nodes.start(life);
                nodes.awaitPeers();
                HubCluster.TestNode back = nodes.get(2);
                back.hub.publish("/n", "again " + life);
                expected.add("again " + life);
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
    @DisplayName("K-20 what was published under leaderships that are over is handed on too, and nothing of it is new")
    void oldEpochs() throws Exception {
        try (HubCluster nodes = HubCluster.of(3)) {
            await().atMost(HubCluster.TIMEOUT).until(nodes.get(0).cluster::isLeader);
            Lease old = nodes.get(0).cluster.lease().orElseThrow();
            nodes.get(0).hub.publish("/n", "old", old);
            assertThat(texts(all(nodes.get(1), "/n", 1))).containsExactly("old");
            nodes.stop(0);
            await().atMost(HubCluster.TIMEOUT).until(nodes.get(0).cluster::isLeader);
            Lease next = nodes.get(0).cluster.lease().orElseThrow();
            nodes.get(0).hub.publish("/n", "new", next);

            HubCluster.TestNode back = nodes.start(1);
            nodes.awaitPeers();

            assertThat(texts(all(back, "/n", 2))).containsExactly("old", "new");
            assertThat(back.hub.metrics().peers().fenced()).isZero();
        }
    }

    @Test
    @DisplayName("K-20 a node that comes back has the floor of each channel: quiet ones resume, though others are full")
    void floors() throws Exception {
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
            HubCluster.TestNode back = nodes.start(1);
            nodes.awaitPeers();

            List<Gap> gaps = new ArrayList<>();
            try (Subscription reader =
                    back.hub.subscribe("/quiet", new Since.After(quiet)).onGap(gaps::add)) {
                assertThat(reader.take().text()).isEqualTo("two");
            }
            assertThat(gaps).isEmpty();
            try (Subscription reader =
                    back.hub.subscribe("/n", new Since.After(first)).onGap(gaps::add)) {
                assertThat(reader.take().text()).isEqualTo("90");
            }
            assertThat(gaps).hasSize(1);
        }
    }

    @Test
    @DisplayName("K-20 what is larger than one answer comes in pieces, within the budget of the node that takes it")
    void pieces() throws Exception {
        try (HubCluster nodes = HubCluster.of(2, "hub.store.budget = '2MiB'")) {
            byte[] large = new byte[30_000];
            for (int n = 0; n < 50; n++) {
                nodes.get(1).hub.publish("/large/" + n % 5, large);
            }
            nodes.get(1).hub.publish("/n", "end");
            nodes.stop(0);
            HubCluster.TestNode back = nodes.start(1);
            nodes.awaitPeers();

            for (int n = 0; n < 5; n++) {
                assertThat(all(back, "/large/" + n, 10)).hasSize(10);
            }
            assertThat(texts(all(back, "/n", 1))).containsExactly("end");
            assertThat(nodes.get(0).hub.stats().storedBytes()).isLessThan(2 * 1024 * 1024);
        }
    }

    @Test
    @DisplayName("K-20 a node that begins alone does not wait, and several that begin at once wait for nobody")
    void nothingToTake() throws Exception {
        long began = System.nanoTime();
        try (HubCluster nodes = HubCluster.of(3)) {
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(15));
            assertThat(nodes.get(0).hub.stats().published()).isZero();
        }
    }
}
