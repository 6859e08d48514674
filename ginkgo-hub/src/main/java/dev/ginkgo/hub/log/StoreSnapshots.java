package dev.ginkgo.hub.log;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.message.HubRejectedException;
import dev.ginkgo.hub.message.MessageId.Position;
import dev.ginkgo.hub.position.EvictionWatermark;
import dev.ginkgo.hub.position.VersionVector;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.RangeResponse;
import dev.ginkgo.hub.spi.SequenceRange;
import dev.ginkgo.hub.spi.SnapshotChunk;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Snapshots of a store for state transfer: the retained messages in order of arrival, with the eviction watermarks of
 * the channels. Both nodes then have the same history, and a subscriber may move from one to the other.
 *
 * <p>A transferred message is placed where it would be if this node had received it originally: the epoch fence does
 * not reject it, because it was accepted in order at its source, and its age is preserved. State transfer is complete
 * before the first subscriber is admitted.
 */
public final class StoreSnapshots {
    /** Cap for the age of a message: longer than any retention, and small enough that sums do not overflow. */
    private static final long MAX_AGE_NANOS = Long.MAX_VALUE / 4;

    private final Store store;
    private final StoreLimits limits;
    private final TimeSource timeSource;
    private final EpochFence epochFence;

    // guarded by the store
    private final ChannelRegistry channelRegistry;
    private final VersionVector versionVector;
    private final RetentionManager retention;

    /** All arguments belong to the store. */
    StoreSnapshots(
            Store store,
            StoreLimits limits,
            TimeSource timeSource,
            EpochFence epochFence,
            ChannelRegistry channelRegistry,
            VersionVector versionVector,
            RetentionManager retentionManager) {
        this.store = store;
        this.limits = limits;
        this.timeSource = timeSource;
        this.epochFence = epochFence;
        this.channelRegistry = channelRegistry;
        this.versionVector = versionVector;
        this.retention = retentionManager;
    }

    /** Returns the number of messages that this node has published in its current incarnation. */
    public long publishedCount() {
        synchronized (store) {
            return versionVector.own().sequence();
        }
    }

    // ---- sending

    /** Returns the retained messages of a range, for a node that has missed them. */
    public RangeResponse readRange(SequenceRange requested) {
        synchronized (store) {
            return retention.readRange(requested);
        }
    }

    /**
     * Returns the next chunk of the snapshot for a starting node.
     *
     * @param after arrival number after which the chunk starts
     * @param self this node
     */
    public SnapshotChunk read(long after, NodeIncarnation self) {
        synchronized (store) {
            return readLocked(after, self);
        }
    }

    private SnapshotChunk readLocked(long after, NodeIncarnation self) {
        long now = timeSource.nanos();
        List<SnapshotChunk.Item> items = new ArrayList<>();
        long through = after;
        long bytes = 0;
        Entry last = null;
        Entry next = retention.after(after);
        while (next != null) {
            Envelope envelope = next.envelope;
            if (envelope != null) {
                SnapshotChunk.Item item = item(next, envelope, now);
                bytes += item.memoryBytes();
                if (!items.isEmpty() && bytes > RangeResponse.MAX_BYTES) {
                    break;
                }
                items.add(item);
            }
            through = next.arrival;
            last = next;
            next = next.newer;
        }
        if (last != null && next != null) {
            retention.bookmark(last);
        }
        SnapshotChunk.End end = next == null
                ? new SnapshotChunk.End(
                        true,
                        Map.of(self, versionVector.own().sequence()),
                        watermarks(channelRegistry.watermarkOfEmpty()))
                : null;
        return new SnapshotChunk(after, items, through, Map.of(), Optional.ofNullable(end));
    }

    @SuppressWarnings("ReferenceEquality") // identity is intended
    private static SnapshotChunk.Item item(Entry entry, Envelope envelope, long now) {
        boolean oldest = entry.log.oldest() == entry;
        long age = Math.max(0, Duration.ofNanos(now - entry.nanos).toMillis());
        return new SnapshotChunk.Item(envelope, age, oldest ? watermarks(entry.log.watermark) : List.of());
    }

    private static List<SnapshotChunk.Watermark> watermarks(EvictionWatermark evictionWatermark) {
        return evictionWatermark.positions().stream()
                .map(each -> new SnapshotChunk.Watermark(each.origin(), each.incarnation(), each.sequence()))
                .toList();
    }

    // ---- receiving

    /**
     * Appends a message that another node received before this one was started.
     *
     * @throws HubRejectedException if the message is rejected
     */
    public void apply(ChannelName channel, Position position, SnapshotChunk.Item item) {
        Envelope envelope = item.message();
        Payload payload = Payload.relayed(envelope.payload(), envelope.binary());
        var _ = limits.read();
        ChannelLog found = channelRegistry.find(channel);
        synchronized (store) {
            if (!versionVector.isNew(position)) { // it would be out of order
                store.skipTo(position, channel);
                return;
            }
            envelope.epoch().ifPresent(epochFence::observe);
            limits.requireMessageFits(payload.bytes().length);
            long now = timeSource.nanos();
            long nanos = now - Math.min(MILLISECONDS.toNanos(item.ageMillis()), MAX_AGE_NANOS);
            ChannelLog log = store.openChannel(found, channel, envelope.client());
            item.evicted().forEach(watermark -> log.raiseWatermark(position(watermark), nanos));
            Instant published = Instant.ofEpochMilli(envelope.publishedMillis());
            StoredMessage message = store.message(log, nanos, position, published, payload);
            var _ = store.append(log, nanos, now, message, envelope);
        }
    }

    /**
     * Completes a snapshot: messages up to the end of the snapshot that have not been transferred are lost.
     *
     * @param positions the last position of each incarnation of each node
     * @param evicted the watermarks of all channels without messages
     */
    public void apply(List<Position> positions, List<SnapshotChunk.Watermark> evicted) {
        synchronized (store) {
            long now = timeSource.nanos();
            evicted.forEach(watermark -> channelRegistry.recordLoss(position(watermark), now));
            positions.forEach(each -> versionVector.skipTo(each, now, retention.maxAgeNanos()));
        }
    }

    /**
     * Aborts a snapshot that could not be transferred completely: every channel may lack messages up to the positions
     * received so far.
     */
    public void abandon() {
        List<Position> received;
        synchronized (store) {
            received = versionVector.positions().stream()
                    .filter(each -> each.sequence() > 0)
                    .toList();
        }
        received.forEach(each -> store.recordLoss(each, _ -> true, false));
    }

    private static Position position(SnapshotChunk.Watermark watermark) {
        return new Position(watermark.origin(), watermark.incarnation(), watermark.sequence());
    }
}
