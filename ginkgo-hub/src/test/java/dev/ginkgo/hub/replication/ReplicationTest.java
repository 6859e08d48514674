package dev.ginkgo.hub.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Service;
import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.cluster.local.LocalGroup;
import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.cluster.model.Leader;
import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.hub.log.EpochFence;
import dev.ginkgo.hub.replication.local.LocalNetwork;
import dev.ginkgo.hub.replication.local.LocalTransport;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.RangeResponse;
import dev.ginkgo.hub.spi.SequenceRange;
import dev.ginkgo.hub.spi.SnapshotChunk;
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

/** Nodes in one process, each with a cluster, a transport and a sink that keeps all messages. */
class ReplicationTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final LocalGroup group = new LocalGroup();
    private final LocalNetwork network = new LocalNetwork();
    private final List<TestTree<Node>> trees = new ArrayList<>();

    private static final class Node extends Service implements ReplicationSink {
        final Cluster cluster;
        final LocalTransport transport;
        final Replication replication;
        final List<Envelope> all = new CopyOnWriteArrayList<>();
        final List<Loss> losses = new CopyOnWriteArrayList<>();
        final EpochFence epochFence = new EpochFence();
        private long last; // guarded by this

        Node(LocalGroup group, LocalNetwork network) {
            cluster = add("cluster", new Cluster(group));
            transport = add("transport", new LocalTransport(network));
            replication = add("replication", new Replication(cluster, () -> transport, () -> this, () -> epochFence));
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
        public void recordLoss(Loss loss) {
            losses.add(loss);
        }

        @Override
        public void incarnationSeen(NodeIncarnation incarnation) {}

        @Override
        public SnapshotChunk readSnapshot(long after, NodeIncarnation self) {
            List<SnapshotChunk.Item> items = all.stream()
                    .map(each -> new SnapshotChunk.Item(each, 0, List.of()))
                    .toList();
            SnapshotChunk.End end = new SnapshotChunk.End(true, Map.of(self, last), List.of());
            return new SnapshotChunk(after, items, after + items.size(), Map.of(), Optional.of(end));
        }

        @Override
        public void applySnapshot(SnapshotChunk chunk) {
            chunk.items().forEach(item -> all.add(item.message()));
        }

        @Override
        public void abandonSnapshot() {
            throw new AssertionError("state transfer was abandoned");
        }

        @Override
        public RangeResponse readRange(SequenceRange range) {
            List<Envelope> found = all.stream()
                    .filter(each -> each.origin().equals(range.origin()))
                    .filter(each -> each.sequence() >= range.from() && each.sequence() <= range.to())
                    .limit(7)
                    .toList();
            return new RangeResponse(
                    range, found, found.size() == 7 ? found.getLast().sequence() : range.to());
        }

        List<Long> receivedFrom(Node other) {
            NodeIncarnation nodeIncarnation = other.replication.self();
            return all.stream()
                    .filter(each -> each.origin().equals(nodeIncarnation))
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
    @DisplayName("H-09 a message published after awaitPeers reaches every node, including nodes that start later")
    void replicatesToEveryNode() throws Exception {
        Node a = start(1);
        assertThat(a.replication.awaitPeers(Duration.ZERO)).isTrue(); // there are no peers
        assertThat(a.publish("/n")).isZero();
        Node b = start(2);
        await().atMost(TIMEOUT)
                .until(() -> a.cluster.roster().stream()
                        .allMatch(each -> each.transport().isPresent()));
        assertThat(a.replication.awaitPeers(TIMEOUT)).isTrue();
        await().atMost(TIMEOUT).until(() -> a.publish("/n") == 1);
        assertThat(b.replication.awaitPeers(TIMEOUT)).isTrue();
        for (int i = 0; i < 50; i++) {
            a.publish("/n");
            b.publish("/n");
        }
        Node c = start(3);
        c.publish("/n");

        for (Node node : List.of(a, b, c)) {
            for (Node from : List.of(a, b, c)) {
                await().atMost(TIMEOUT)
                        .untilAsserted(() -> assertThat(node.receivedFrom(from)).isEqualTo(from.receivedFrom(from)));
            }
            assertThat(node.losses).isEmpty();
        }
        assertThat(a.all).hasSizeGreaterThan(100);
    }

    @Test
    @DisplayName("K-05 every hub observes a new epoch from the election, before any message is published under it")
    void observesEpochOfElection() {
        Node a = start(1);
        Node b = start(2);
        Node c = start(3);
        await().atMost(TIMEOUT).until(a.cluster::isLeader);
        Epoch old = a.cluster.lease().orElseThrow().epoch();
        assertThat(List.of(b, c)).allSatisfy(node -> {
            assertThat(node.epochFence.admits(Optional.of(old))).isTrue();
            assertThat(node.cluster.leader()).contains(new Leader("127.0.0.1:1", old));
        });

        trees.getFirst().close();

        await().atMost(TIMEOUT).until(() -> b.cluster.isLeader());
        for (Node node : List.of(b, c)) {
            await().atMost(TIMEOUT).until(() -> !node.epochFence.admits(Optional.of(old)));
        }
    }

    @Test
    @DisplayName("K-19 the roster contains the transport address of each hub")
    void rosterContainsTransportAddresses() {
        start(1);
        Node b = start(2);
        await().atMost(TIMEOUT)
                .untilAsserted(() -> assertThat(b.cluster.roster())
                        .hasSize(2)
                        .extracting(Member::transport)
                        .allMatch(Optional::isPresent));
    }
}
