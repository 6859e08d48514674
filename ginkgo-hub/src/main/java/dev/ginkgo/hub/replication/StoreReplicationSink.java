package dev.ginkgo.hub.replication;

import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.idempotency.IdempotencyCache;
import dev.ginkgo.hub.log.Store;
import dev.ginkgo.hub.message.HubRejectedException;
import dev.ginkgo.hub.message.InvalidChannelException;
import dev.ginkgo.hub.message.MessageId.Position;
import dev.ginkgo.hub.position.OriginId;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.RangeResponse;
import dev.ginkgo.hub.spi.SequenceRange;
import dev.ginkgo.hub.spi.SnapshotChunk;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes the messages of other nodes to the store, and maps node names to origin numbers. A message that exceeds a
 * limit of this node is reported to the subscribers of its channel as lost.
 */
public final class StoreReplicationSink implements ReplicationSink {
    private static final Logger LOG = LoggerFactory.getLogger(StoreReplicationSink.class);
    private static final long WARNING_INTERVAL = Duration.ofMinutes(1).toNanos();

    private final Store store;
    private final IdempotencyCache idempotencyCache;
    private final TimeSource timeSource;
    private volatile long warnedAt;
    private volatile OriginNumber lastOrigin; // messages of one origin follow one another, and a number is a hash

    private record OriginNumber(String name, long id) {
        static OriginNumber of(String name) {
            return new OriginNumber(name, OriginId.of(name));
        }
    }

    /**
     * Creates a sink for a store.
     *
     * @param idempotencyCache receives the idempotency keys of the messages
     */
    public StoreReplicationSink(Store store, IdempotencyCache idempotencyCache, TimeSource timeSource) {
        this.store = store;
        this.idempotencyCache = idempotencyCache;
        this.timeSource = timeSource;
        warnedAt = timeSource.nanos() - WARNING_INTERVAL;
        lastOrigin = OriginNumber.of("");
    }

    @Override
    public void relay(Envelope message) {
        recordKey(message, Duration.ZERO);
        Position position = position(message.origin(), message.sequence());
        try {
            store.relay(ChannelName.of(message.channel()), position, message);
        } catch (HubRejectedException | InvalidChannelException e) {
            store.recordLoss(position, message.channel()::equals, true);
            warn(message, e);
        }
    }

    @Override
    public void recordLoss(Loss loss) {
        store.recordLoss(
                position(loss.range().origin(), loss.range().to()),
                channel -> !loss.unaffectedChannels().contains(channel),
                !loss.beforeStart());
    }

    @Override
    public RangeResponse readRange(SequenceRange requested) {
        return store.snapshots.readRange(requested);
    }

    @Override
    public void incarnationSeen(NodeIncarnation incarnation) {
        store.snapshots.apply(List.of(position(incarnation, 0)), List.of());
    }

    @Override
    public SnapshotChunk readSnapshot(long after, NodeIncarnation self) {
        return store.snapshots.read(after, self);
    }

    @Override
    public void applySnapshot(SnapshotChunk chunk) {
        chunk.items().forEach(this::applyItem);
        chunk.lost().forEach((origin, last) -> store.recordLoss(position(origin, last), _ -> true, false));
        chunk.end()
                .ifPresent(end -> store.snapshots.apply(
                        end.positions().entrySet().stream()
                                .map(each -> position(each.getKey(), each.getValue()))
                                .toList(),
                        end.evicted()));
    }

    private void applyItem(SnapshotChunk.Item item) {
        Envelope message = item.message();
        recordKey(message, Duration.ofMillis(item.ageMillis()));
        Position position = position(message.origin(), message.sequence());
        try {
            store.snapshots.apply(ChannelName.of(message.channel()), position, item);
        } catch (HubRejectedException | InvalidChannelException e) {
            store.recordLoss(position, message.channel()::equals, false);
            warn(message, e);
        }
    }

    /**
     * Stores the idempotency key of a message: before subscribers can see it, and also if this node will reject it, because
     * it has been published.
     */
    private void recordKey(Envelope message, Duration age) {
        message.idempotency().ifPresent(each -> idempotencyCache.replicated(each, message.channel(), age));
    }

    @Override
    public void abandonSnapshot() {
        store.snapshots.abandon();
    }

    private Position position(NodeIncarnation origin, long sequence) {
        OriginNumber number = lastOrigin;
        if (!number.name.equals(origin.name())) {
            number = OriginNumber.of(origin.name());
            lastOrigin = number;
        }
        return new Position(number.id, origin.incarnation(), sequence);
    }

    private void warn(Envelope message, RuntimeException cause) {
        long now = timeSource.nanos();
        if (now - warnedAt >= WARNING_INTERVAL) {
            warnedAt = now;
            LOG.warn(
                    "cannot accept {} from another node; subscribers of its channel receive a gap: {}",
                    message,
                    cause.getMessage());
        }
    }
}
