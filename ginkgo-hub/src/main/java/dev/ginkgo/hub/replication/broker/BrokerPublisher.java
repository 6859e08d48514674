package dev.ginkgo.hub.replication.broker;

import dev.ginkgo.cluster.Lease;
import dev.ginkgo.cluster.LeaseExpiredException;
import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.log.EpochFence;
import dev.ginkgo.hub.log.Store;
import dev.ginkgo.hub.message.HubRejectedException;
import dev.ginkgo.hub.message.PublishResult;
import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.hub.publish.AsyncPublisher;
import dev.ginkgo.hub.spi.Broker;
import dev.ginkgo.hub.spi.BrokerException;
import dev.ginkgo.hub.spi.BrokerMessage;
import dev.ginkgo.hub.spi.BrokerPosition;
import dev.ginkgo.hub.spi.IdempotencyKey;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Publishes through a broker. A publish is complete when this hub has read the message: then its id is known, its subscribers
 * can read it, and it is certain that no hub rejects it because of its epoch. Thread-safe; does not block.
 */
final class BrokerPublisher implements AsyncPublisher {
    private static final long NUMBERS_PER_MILLI = 1_000_000;

    private final Store store;
    private final EpochFence epochFence;
    private final Counters counters;
    private final TimeSource timeSource;
    private final Supplier<Duration> timeout;
    private final PendingPublishes pendingPublishes;
    private final Supplier<Map<NodeIncarnation, Long>> read;
    private final AtomicLong lastNumber;
    private volatile @Nullable Connection connection;

    /** The broker, and this node as the sender of its messages. */
    private record Connection(Broker broker, NodeIncarnation self) {}

    /**
     * @param timeout how long a publish waits for the broker
     * @param read returns the position up to which this hub has read each stream
     */
    BrokerPublisher(
            Store store,
            EpochFence epochFence,
            Counters counters,
            TimeSource timeSource,
            Supplier<Duration> timeout,
            PendingPublishes pendingPublishes,
            Supplier<Map<NodeIncarnation, Long>> read) {
        this.store = store;
        this.epochFence = epochFence;
        this.counters = counters;
        this.timeSource = timeSource;
        this.timeout = timeout;
        this.pendingPublishes = pendingPublishes;
        this.read = read;
        // an earlier run of the hub in the same incarnation of the node had smaller numbers
        lastNumber = new AtomicLong(timeSource.now().toEpochMilli() * NUMBERS_PER_MILLI);
    }

    /** Publishes through this broker from now on. */
    void connect(Broker broker, NodeIncarnation self) {
        pendingPublishes.open();
        connection = new Connection(broker, self);
    }

    /** Rejects further messages. */
    void disconnect() {
        connection = null;
    }

    /** Returns whether a node is this one, in its current incarnation. */
    boolean isSender(NodeIncarnation node) {
        Connection now = connection;
        return now != null && now.self.equals(node);
    }

    @Override
    public CompletableFuture<PublishResult> publishAsync(
            ChannelName channel, Payload payload, long client, Optional<IdempotencyKey> key, @Nullable Lease lease) {
        PendingPublish pending;
        Connection now = connection;
        try {
            if (now == null) {
                throw new HubRejectedException(
                        HubRejectedException.Reason.STOPPED,
                        "the hub is not connected to its broker; use it between start and stop");
            }
            store.streams.requireAccepted(payload);
            // Before the check of the lease: while that is valid, there is no later epoch
            Map<NodeIncarnation, Long> positions = lease == null ? Map.of() : read.get();
            epochFence.require(lease);
            pending = new PendingPublish(
                    new BrokerMessage(
                                    now.self,
                                    lastNumber.incrementAndGet(),
                                    channel.text(),
                                    payload.binary(),
                                    payload.bytes(),
                                    timeSource.now().toEpochMilli(),
                                    Optional.ofNullable(lease).map(Lease::epoch),
                                    key,
                                    client)
                            .withRead(positions),
                    lease,
                    timeSource.nanos() + timeout.get().toNanos(),
                    counters::recordPublish);
            pendingPublishes.add(pending);
        } catch (HubRejectedException | LeaseExpiredException e) {
            return CompletableFuture.failedFuture(e);
        }
        append(now.broker, pending);
        return pending.future;
    }

    @Override
    public boolean isCongested() {
        return pendingPublishes.isCongested();
    }

    private void append(Broker broker, PendingPublish pending) {
        CompletableFuture<BrokerPosition> appended;
        try {
            appended = broker.append(pending.message);
        } catch (RuntimeException e) {
            appended = CompletableFuture.failedFuture(e);
        }
        var _ = appended.whenComplete((position, failure) -> {
            if (failure == null) {
                pendingPublishes.confirm(pending, position);
            } else if (pendingPublishes.remove(pending)) {
                fail(pending, failure instanceof CompletionException wrapped ? wrapped.getCause() : failure);
            }
        });
    }

    private static void fail(PendingPublish pending, @Nullable Throwable failure) {
        String reason = failure == null ? "no reason given" : String.valueOf(failure.getMessage());
        if (failure instanceof BrokerException rejection) {
            switch (rejection.reason()) {
                case UNAVAILABLE, FULL -> reject(pending, HubRejectedException.Reason.UNAVAILABLE, reason);
                case TOO_LARGE -> reject(pending, HubRejectedException.Reason.TOO_LARGE, reason);
                case UNKNOWN_OUTCOME -> pending.unknown(reason, rejection);
            }
        } else {
            pending.unknown("the broker failed: " + reason, failure);
        }
    }

    private static void reject(PendingPublish pending, HubRejectedException.Reason reason, String text) {
        pending.future.completeExceptionally(
                new HubRejectedException(reason, "the message was not published: " + text));
    }

    /** Ends the publishes that have waited for longer than the timeout. */
    void expire() {
        pendingPublishes.expire(
                timeSource.nanos(),
                "the broker has not confirmed it within hub.replication.publish-timeout = "
                        + timeout.get().toMillis() + " ms");
    }
}
