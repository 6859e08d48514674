package dev.ginkgo.hub.replication;

import dev.ginkgo.hub.channel.ChannelName;
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
 * Brings what other nodes have published into the store, under the numbers that ids are made of. What cannot be taken
 * here, because of this node's limits, is told to the readers of its channel like what is lost.
 */
public final class StoreReplicationSink implements ReplicationSink {
    private static final Logger LOG = LoggerFactory.getLogger(StoreReplicationSink.class);
    private static final long WARNING_INTERVAL = Duration.ofMinutes(1).toNanos();

    private final Store store;
    private final TimeSource timeSource;
    private volatile long warnedAt;

    public StoreReplicationSink(Store store, TimeSource timeSource) {
        this.store = store;
        this.timeSource = timeSource;
        warnedAt = timeSource.nanos() - WARNING_INTERVAL;
    }

    @Override
    public void relay(Envelope message) {
        Position position = position(message.origin(), message.sequence());
        try {
            store.relay(ChannelName.of(message.channel()), position, message);
        } catch (HubRejectedException | InvalidChannelException e) {
            store.recordLoss(position, message.channel()::equals, true);
            warn(message, e);
        }
    }

    @Override
    public void lost(Loss loss) {
        store.recordLoss(
                position(loss.range().origin(), loss.range().to()),
                channel -> !loss.unaffectedChannels().contains(channel),
                !loss.beforeStart());
    }

    @Override
    public RangeResponse readRange(SequenceRange asked) {
        return store.readRange(asked);
    }

    @Override
    public void incarnationSeen(NodeIncarnation life) {
        store.snapshots.apply(List.of(position(life, 0)), List.of());
    }

    @Override
    public SnapshotChunk readSnapshot(long after, NodeIncarnation self) {
        return store.snapshots.read(after, self);
    }

    @Override
    public void applySnapshot(SnapshotChunk some) {
        some.items().forEach(this::inherit);
        some.lost()
                .forEach(
                        (nodeIncarnation, last) -> store.recordLoss(position(nodeIncarnation, last), _ -> true, false));
        some.end()
                .ifPresent(end -> store.snapshots.apply(
                        end.positions().entrySet().stream()
                                .map(each -> position(each.getKey(), each.getValue()))
                                .toList(),
                        end.evicted()));
    }

    private void inherit(SnapshotChunk.Item item) {
        Envelope message = item.message();
        Position position = position(message.origin(), message.sequence());
        try {
            store.snapshots.apply(ChannelName.of(message.channel()), position, item);
        } catch (HubRejectedException | InvalidChannelException e) {
            store.recordLoss(position, message.channel()::equals, false);
            warn(message, e);
        }
    }

    @Override
    public void abandonSnapshot() {
        store.snapshots.abandon();
    }

    private static Position position(NodeIncarnation nodeIncarnation, long sequence) {
        return new Position(OriginId.of(nodeIncarnation.name()), nodeIncarnation.incarnation(), sequence);
    }

    private void warn(Envelope message, RuntimeException why) {
        long now = timeSource.nanos();
        if (now - warnedAt >= WARNING_INTERVAL) {
            warnedAt = now;
            LOG.warn("cannot take {} from another node, its readers are told a gap: {}", message, why.getMessage());
        }
    }
}
