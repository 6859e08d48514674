package dev.ginkgo.hub.replication;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.Service;
import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.cluster.local.LocalGroup;
import dev.ginkgo.config.Size;
import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.idempotency.IdempotencyCache;
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
import dev.ginkgo.testing.TestTree;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Publishing at a node whose transport throws. */
class TransportFailureTest {
    private static final class WakeCounter implements FeedListener {
        final AtomicInteger wakes = new AtomicInteger();

        @Override
        public void appended() {}

        @Override
        public void wake() {
            wakes.incrementAndGet();
        }
    }

    private static int fail(boolean error) {
        if (error) {
            throw new NoClassDefFoundError("test");
        }
        throw new IllegalStateException("test");
    }

    private static final class Node extends Service {
        final Cluster cluster = add("cluster", new Cluster(new LocalGroup()));
        final EpochFence epochFence = new EpochFence();
        final StubTransport transport;
        final Replication replication;

        Node(boolean error) {
            transport = add("transport", new StubTransport(_ -> {}, _ -> fail(error)));
            replication = add(
                    "replication",
                    new Replication(
                            cluster,
                            () -> transport,
                            () -> new StoreReplicationSink(
                                    store(), new IdempotencyCache(TimeSource.system()), TimeSource.system()),
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
            "K-26 if the transport throws, a message is published nevertheless: its publisher gets the result, with"
                    + " no peers, and subscribers receive it")
    void publishes_ifTheTransportThrows(boolean error) {
        // Given
        try (TestTree<Node> tree = TestTree.start(new Node(error), "cluster.identity = '127.0.0.1:1'");
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
