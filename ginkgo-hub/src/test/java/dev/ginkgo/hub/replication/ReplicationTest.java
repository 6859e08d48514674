package dev.ginkgo.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Service;
import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.cluster.Epoch;
import dev.ginkgo.cluster.Leader;
import dev.ginkgo.cluster.LocalGroup;
import dev.ginkgo.cluster.Member;
import dev.ginkgo.hub.spi.Answer;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.Holdings;
import dev.ginkgo.hub.spi.Origin;
import dev.ginkgo.hub.spi.Stretch;
import dev.ginkgo.testing.TestTree;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Nodes of one process, each with a cluster, a transport and a ledger that keeps all. */
class ReplicationTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    private final LocalGroup group = new LocalGroup();
    private final LocalNetwork network = new LocalNetwork();
    private final List<TestTree<Node>> trees = new ArrayList<>();

    private static final class Node extends Service implements Ledger {
        final Cluster cluster;
        final LocalTransport transport;
        final Replication replication;
        final List<Envelope> all = new CopyOnWriteArrayList<>();
        final List<Loss> losses = new CopyOnWriteArrayList<>();
        final Fence fence = new Fence();
        private long last; // guarded by this

        Node(LocalGroup group, LocalNetwork network) {
            cluster = add("cluster", new Cluster(group));
            transport = add("transport", new LocalTransport(network));
            replication = add("replication", new Replication(cluster, () -> transport, () -> this, () -> fence));
        }

        synchronized int publish(String channel) {
            last++;
            Envelope message =
                    new Envelope(replication.self(), last, last - 1, channel, false, new byte[3], 0, Optional.empty());
            all.add(message);
            return replication.send(message);
        }

        @Override
        public void relay(Envelope message) {
            all.add(message);
        }

        @Override
        public void lost(Loss loss) {
            losses.add(loss);
        }

        @Override
        public void met(Origin life) {}

        @Override
        public Holdings holdings(long after, Origin self) {
            List<Holdings.Item> items = all.stream()
                    .map(each -> new Holdings.Item(each, 0, List.of()))
                    .toList();
            Holdings.End end = new Holdings.End(true, Map.of(self, last), List.of());
            return new Holdings(after, items, after + items.size(), Map.of(), Optional.of(end));
        }

        @Override
        public void inherit(Holdings some) {
            some.items().forEach(item -> all.add(item.message()));
        }

        @Override
        public void disinherit() {
            throw new AssertionError("all was there");
        }

        @Override
        public Answer answer(Stretch asked) {
            List<Envelope> found = all.stream()
                    .filter(each -> each.origin().equals(asked.origin()))
                    .filter(each -> each.sequence() >= asked.from() && each.sequence() <= asked.to())
                    .limit(7)
                    .toList();
            return new Answer(asked, found, found.size() == 7 ? found.getLast().sequence() : asked.to());
        }

        List<Long> from(Node other) {
            Origin origin = other.replication.self();
            return all.stream()
                    .filter(each -> each.origin().equals(origin))
                    .map(Envelope::sequence)
                    .toList();
        }
    }

    private Node start(int port) {
        TestTree<Node> tree = TestTree.start(new Node(group, network), "cluster.identity = '127.0.0.1:" + port + "'");
        trees.add(tree);
        return tree.root();
    }

    @AfterEach
    void stopAll() {
        trees.reversed().forEach(TestTree::close);
    }

    @Test
    @DisplayName(
            "H-09 what is published after awaitPeers comes to every node, and a node that starts later has it all too")
    void everywhere() throws Exception {
        Node a = start(1);
        assertThat(a.replication.awaitPeers(Duration.ZERO)).isTrue(); // there are none
        assertThat(a.publish("/n")).isZero();
        Node b = start(2);
        await().atMost(SOON)
                .until(() -> a.cluster.roster().stream()
                        .allMatch(each -> each.transport().isPresent()));
        assertThat(a.replication.awaitPeers(SOON)).isTrue();
        await().atMost(SOON).until(() -> a.publish("/n") == 1);
        assertThat(b.replication.awaitPeers(SOON)).isTrue();
        for (int i = 0; i < 50; i++) {
            a.publish("/n");
            b.publish("/n");
        }
        Node c = start(3);
        c.publish("/n");

        for (Node node : List.of(a, b, c)) {
            for (Node from : List.of(a, b, c)) {
                await().atMost(SOON)
                        .untilAsserted(() -> assertThat(node.from(from)).isEqualTo(from.from(from)));
            }
            assertThat(node.losses).isEmpty();
        }
        assertThat(a.all).hasSizeGreaterThan(100);
    }

    @Test
    @DisplayName("K-05 every hub learns of a new leadership by the election, before anything is published under it")
    void learnsFromElection() {
        Node a = start(1);
        Node b = start(2);
        Node c = start(3);
        await().atMost(SOON).until(a.cluster::isLeader);
        Epoch old = a.cluster.lease().orElseThrow().epoch();
        assertThat(List.of(b, c)).allSatisfy(node -> {
            assertThat(node.fence.admits(Optional.of(old))).isTrue();
            assertThat(node.cluster.leader()).contains(new Leader("127.0.0.1:1", old));
        });

        trees.getFirst().close();

        await().atMost(SOON).until(() -> b.cluster.isLeader());
        for (Node node : List.of(b, c)) {
            await().atMost(SOON).until(() -> !node.fence.admits(Optional.of(old)));
        }
    }

    @Test
    @DisplayName("K-19 the roster tells where each hub is reached")
    void rosterTellsAddresses() {
        start(1);
        Node b = start(2);
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(b.cluster.roster())
                        .hasSize(2)
                        .extracting(Member::transport)
                        .allMatch(Optional::isPresent));
    }
}
