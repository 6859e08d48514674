package dev.ginkgo.hub.replication;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
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
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.testing.ExternalProcess;
import dev.ginkgo.testing.TestTree;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

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
            this(_ -> fail(error));
        }

        Node(ToIntFunction<Envelope> onSend) {
            transport = add("transport", new StubTransport(_ -> {}, onSend));
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

    @Test
    @DisplayName("K-51 a failure of the transport in an earlier run of a hub is not reported in the next one")
    void failureOfEarlierRun_isNotReported() throws Exception {
        // Given a send of the first run that fails only when the service has been stopped and started again
        CountDownLatch sending = new CountDownLatch(1);
        CountDownLatch restarted = new CountDownLatch(1);
        AtomicInteger sends = new AtomicInteger();
        Node node = new Node(_ -> {
            boolean first = sends.incrementAndGet() == 1;
            if (first) {
                sending.countDown();
                awaitUninterruptibly(restarted);
            }
            throw new IllegalStateException(first ? "earlier run" : "this run");
        });
        ListAppender<ILoggingEvent> logged = new ListAppender<>();
        Logger log = (Logger) LoggerFactory.getLogger(Replication.class);
        logged.start();
        log.addAppender(logged);
        log.setLevel(Level.ERROR);
        log.setAdditive(false);
        String configuration = "cluster.identity = '127.0.0.1:1'";
        try {
            TestTree<Node> first = TestTree.start(node, configuration);
            Store firstStore = node.store();
            Thread publisher = Thread.ofPlatform().start(() -> publish(firstStore));
            sending.await();
            first.close();
            try (TestTree<Node> second = TestTree.start(node, configuration);
                    Store store = second.root().store()) {
                restarted.countDown();
                publisher.join();
                firstStore.close();

                // When a send of the second run fails
                publish(store);

                // Then only this failure is logged
                await().atMost(ExternalProcess.TIMEOUT).until(() -> !logged.list.isEmpty());
            }
            assertThat(logged.list)
                    .extracting(event -> event.getThrowableProxy().getMessage())
                    .containsExactly("this run");
        } finally {
            log.setAdditive(true);
            log.setLevel(null);
            log.detachAppender(logged);
        }
    }

    private static void publish(Store store) {
        store.publish(ChannelName.of("/n"), Payload.text("text"));
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
