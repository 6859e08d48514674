package dev.ginkgo.hub.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Service;
import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.cluster.local.LocalGroup;
import dev.ginkgo.hub.log.EpochFence;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.RangeResponse;
import dev.ginkgo.hub.spi.SequenceRange;
import dev.ginkgo.hub.spi.SnapshotChunk;
import dev.ginkgo.hub.spi.TransportListener;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.testing.TestTree;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A node whose incarnation is older than one that its peers know: its clock went back, and its data directory is lost. */
class OldIncarnationTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final NodeIncarnation NEWER = new NodeIncarnation("127.0.0.1:1", Long.MAX_VALUE);

    private final LocalGroup group = new LocalGroup();
    private final TestTree<Node> other = start(2, _ -> {});
    private final NodeIncarnation peer = other.root().replication.self();

    private static final class Node extends Service implements ReplicationSink {
        final Cluster cluster;
        final StubTransport transport;
        final Replication replication;

        Node(LocalGroup group, Consumer<TransportListener> onOpen) {
            cluster = add("cluster", new Cluster(group));
            transport = add("transport", new StubTransport(onOpen, _ -> 1));
            replication = add("replication", new Replication(cluster, () -> transport, () -> this, EpochFence::new));
        }

        int publish() {
            return replication.send(
                    new Envelope(replication.self(), 1, 0, "/n", false, new byte[3], 0, Optional.empty()));
        }

        @Override
        public void relay(Envelope message) {}

        @Override
        public void recordLoss(Loss loss) {}

        @Override
        public RangeResponse readRange(SequenceRange requested) {
            return RangeResponse.empty(requested);
        }

        @Override
        public void incarnationSeen(NodeIncarnation incarnation) {}

        @Override
        public SnapshotChunk readSnapshot(long after, NodeIncarnation self) {
            return SnapshotChunk.empty(after);
        }

        @Override
        public void applySnapshot(SnapshotChunk chunk) {}

        @Override
        public void abandonSnapshot() {}
    }

    private TestTree<Node> start(int port, Consumer<TransportListener> onOpen) {
        return TestTree.start(
                new Node(group, onOpen), "cluster.identity = '127.0.0.1:" + port + "'\nreplication.take-over = '0s'");
    }

    @AfterEach
    void stop() {
        other.close();
    }

    @Test
    @DisplayName("K-27 a node does not start if a peer knows a newer incarnation of it; the error names the peer, both"
            + " incarnations and what to do")
    void doesNotStart_ifAPeerKnowsANewerIncarnation() {
        assertThatThrownBy(() -> start(1, listener -> listener.heartbeat(peer, 0, Map.of(NEWER, 7L))))
                .hasStackTraceContaining("peer 127.0.0.1:2 knows incarnation " + Long.MAX_VALUE + " of this node")
                .hasStackTraceContaining("set its clock right and restart it");
    }

    @Test
    @DisplayName(
            "K-27 a node that meets such a peer later is degraded, and does not count it as a peer until it applies"
                    + " messages")
    void isDegraded_whenAPeerDiscardsItsMessages() throws Exception {
        // Given
        AtomicReference<TransportListener> opened = new AtomicReference<>();
        try (TestTree<Node> tree = start(1, opened::set)) {
            Node node = tree.root();
            TransportListener listener = opened.get();
            await("the peer in the membership")
                    .atMost(TIMEOUT)
                    .until(() -> !node.replication.awaitPeers(Duration.ZERO));
            listener.readyPeersChanged(Set.of(peer));
            assertThat(node.publish()).isEqualTo(1);
            assertThat(node.replication.awaitPeers(TIMEOUT)).isTrue();

            // When
            listener.heartbeat(peer, 0, Map.of(NEWER, 7L));

            // Then
            assertThat(node.publish()).isZero();
            assertThat(node.replication.peers(0).ready()).isZero();
            assertThat(node.replication.awaitPeers(Duration.ZERO)).isFalse();
            await().atMost(TIMEOUT).until(() -> node.replication.status().state() == State.DEGRADED);
            assertThat(node.replication.status().reason()).contains("peer 127.0.0.1:2 knows incarnation");

            // And when the peer has forgotten that incarnation
            listener.heartbeat(peer, 0, Map.of());
            assertThat(node.publish()).isEqualTo(1);
            await().atMost(TIMEOUT).until(() -> node.replication.status().state() == State.READY);
        }
    }
}
