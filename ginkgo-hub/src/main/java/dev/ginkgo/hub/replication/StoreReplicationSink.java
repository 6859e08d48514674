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
    private static final long SELDOM = Duration.ofMinutes(1).toNanos();

    private final Store store;
    private final TimeSource time;
    private volatile long warned;

    public StoreReplicationSink(Store store, TimeSource time) {
        this.store = store;
        this.time = time;
        warned = time.nanos() - SELDOM;
    }

    @Override
    public void relay(Envelope message) {
        Position position = position(message.origin(), message.sequence());
        try {
            store.relay(ChannelName.of(message.channel()), position, message);
        } catch (HubRejectedException | InvalidChannelException e) {
            store.lose(position, message.channel()::equals, true);
            warn(message, e);
        }
    }

    @Override
    public void lost(Loss loss) {
        store.lose(
                position(loss.stretch().origin(), loss.stretch().to()),
                channel -> !loss.sound().contains(channel),
                !loss.beforeUs());
    }

    @Override
    public RangeResponse answer(SequenceRange asked) {
        return store.answer(asked);
    }

    @Override
    public void met(NodeIncarnation life) {
        store.estate.inherit(List.of(position(life, 0)), List.of());
    }

    @Override
    public SnapshotChunk holdings(long after, NodeIncarnation self) {
        return store.estate.from(after, self);
    }

    @Override
    public void inherit(SnapshotChunk some) {
        some.items().forEach(this::inherit);
        some.lost().forEach((origin, last) -> store.lose(position(origin, last), _ -> true, false));
        some.end()
                .ifPresent(end -> store.estate.inherit(
                        end.positions().entrySet().stream()
                                .map(each -> position(each.getKey(), each.getValue()))
                                .toList(),
                        end.gone()));
    }

    private void inherit(SnapshotChunk.Item item) {
        Envelope message = item.message();
        Position position = position(message.origin(), message.sequence());
        try {
            store.estate.inherit(ChannelName.of(message.channel()), position, item);
        } catch (HubRejectedException | InvalidChannelException e) {
            store.lose(position, message.channel()::equals, false);
            warn(message, e);
        }
    }

    @Override
    public void disinherit() {
        store.estate.disinherit();
    }

    private static Position position(NodeIncarnation origin, long sequence) {
        return new Position(OriginId.of(origin.name()), origin.incarnation(), sequence);
    }

    private void warn(Envelope message, RuntimeException why) {
        long now = time.nanos();
        if (now - warned >= SELDOM) {
            warned = now;
            LOG.warn("cannot take {} from another node, its readers are told a gap: {}", message, why.getMessage());
        }
    }
}
