package dev.ginkgo.hub.replication;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.Service;
import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.cluster.local.LocalGroup;
import dev.ginkgo.config.Address;
import dev.ginkgo.config.Size;
import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.log.Cursor;
import dev.ginkgo.hub.log.EpochFence;
import dev.ginkgo.hub.log.FeedListener;
import dev.ginkgo.hub.log.ReplicationOutput;
import dev.ginkgo.hub.log.Store;
import dev.ginkgo.hub.log.StoreLimits;
import dev.ginkgo.hub.log.StoredMessage;
import dev.ginkgo.hub.message.PublishResult;
import dev.ginkgo.hub.message.Since;
import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.Peer;
import dev.ginkgo.hub.spi.SequenceRange;
import dev.ginkgo.hub.spi.Transport;
import dev.ginkgo.hub.spi.TransportListener;
import dev.ginkgo.hub.spi.TransportStats;
import dev.ginkgo.testing.TestTree;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Publishing at a node whose transport throws. */
class TransportFailureTest {
    /** A transport that cannot send. */
    private static final class FailingTransport extends Transport {
        private final Supplier<? extends Throwable> failure;

        FailingTransport(Supplier<? extends Throwable> failure) {
            this.failure = failure;
        }

        @Override
        public Address open(NodeIncarnation self, TransportListener transportListener) {
            return new Address("failing", 0);
        }

        @Override
        public void setPeers(Set<Peer> others) {}

        @Override
        public int send(Envelope message) {
            Throwable thrown = failure.get();
            if (thrown instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) thrown;
        }

        @Override
        public void requestRange(NodeIncarnation peer, SequenceRange sequenceRange) {}

        @Override
        public void requestSnapshot(NodeIncarnation peer, long after) {}

        @Override
        public Set<NodeIncarnation> readyPeers() {
            return Set.of();
        }

        @Override
        public TransportStats stats() {
            return new TransportStats(List.of(), 0);
        }
    }

    private static final class WakeCounter implements FeedListener {
        final AtomicInteger wakes = new AtomicInteger();

        @Override
        public void appended() {}

        @Override
        public void wake() {
            wakes.incrementAndGet();
        }
    }

    private static final class Node extends Service {
        final Cluster cluster = add("cluster", new Cluster(new LocalGroup()));
        final EpochFence epochFence = new EpochFence();
        final FailingTransport transport;
        final Replication replication;

        Node(Supplier<? extends Throwable> failure) {
            transport = add("transport", new FailingTransport(failure));
            replication = add(
                    "replication",
                    new Replication(
                            cluster,
                            () -> transport,
                            () -> new StoreReplicationSink(store(), TimeSource.system()),
                            () -> epochFence));
        }

        Store store() {
            return new Store(
                    new StoreLimits(
                            () -> Size.ofMebibytes(1),
                            () -> 100,
                            () -> Duration.ZERO,
                            () -> Duration.ofMinutes(10),
                            () -> 100,
                            () -> 100),
                    TimeSource.system(),
                    new ReplicationOutput(replication.self(), 0, replication::send),
                    epochFence,
                    new Counters());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @DisplayName(
            "K-23 if the transport throws, a message is published nevertheless: its publisher gets the result, with"
                    + " no peers, and subscribers receive it")
    void publishes_ifTheTransportThrows(boolean error) {
        // Given
        Supplier<Throwable> failure =
                () -> error ? new NoClassDefFoundError("test") : new IllegalStateException("test");
        try (TestTree<Node> tree = TestTree.start(new Node(failure), "cluster.identity = '127.0.0.1:1'");
                Store store = tree.root().store()) {
            WakeCounter listener = new WakeCounter();
            Cursor cursor = store.openCursor(SubscribeRequest.of(ChannelSelector.of("/n"), Since.Point.NONE), listener);

            // When
            PublishResult result = store.publish(ChannelName.of("/n"), Payload.text("text"));

            // Then
            assertThat(result.peers()).isZero();
            assertThat(listener.wakes).hasValue(1);
            synchronized (store) {
                StoredMessage message = requireNonNull(cursor.next().message());
                assertThat(message.id()).isEqualTo(result.id());
            }
        }
    }
}
