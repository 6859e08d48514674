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
import dev.ginkgo.hub.spi.SnapshotChunk;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All that a store holds, as it is handed to a node that begins, in the order in which it came here, with what is gone
 * of each channel: so both know the same of the past, and a reader may go from one to the other.
 *
 * <p>What is inherited is put where it would be if this node had been there: no fence keeps it out, for it was in its
 * order where it comes from; and it is as old as it was there. It all comes before the first reader.
 */
public final class StoreSnapshots {
    /** Older than anything that is kept, and no number that a sum of two makes wrong. */
    private static final long LONG_AGO = Long.MAX_VALUE / 4;

    private final Store store;
    private final StoreLimits limits;
    private final TimeSource timeSource;
    private final EpochFence epochFence;

    // guarded by the store
    private final ChannelRegistry channelRegistry;
    private final VersionVector versionVector;
    private final RetentionManager retention;

    /** All of it is the store's. */
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

    /** How much this node has published in its present life. */
    public long publishedCount() {
        synchronized (store) {
            return versionVector.own().sequence();
        }
    }

    // ---- handed over

    /** What is held from a place on, for a node that begins. */
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

    @SuppressWarnings("ReferenceEquality") // this very one
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

    // ---- taken over

    /**
     * Takes a message that another node has had before this one began.
     *
     * @throws HubRejectedException if it cannot be taken
     */
    public void apply(ChannelName channel, Position position, SnapshotChunk.Item item) {
        Envelope envelope = item.message();
        Payload payload = Payload.relayed(envelope.payload(), envelope.binary());
        synchronized (store) {
            if (!versionVector.isNew(position)) { // it would be out of place
                store.skipTo(position, envelope.channel()::equals);
                return;
            }
            envelope.epoch().ifPresent(epochFence::observe);
            limits.requireMessageFits(payload.bytes().length);
            long nanos = timeSource.nanos() - Math.min(MILLISECONDS.toNanos(item.ageMillis()), LONG_AGO);
            ChannelLog log = store.openChannel(channel);
            item.evicted().forEach(watermark -> log.watermark.raise(position(watermark), nanos));
            Instant published = Instant.ofEpochMilli(envelope.publishedMillis());
            store.append(log, nanos, position, published, payload, envelope, new ArrayList<>());
        }
    }

    /**
     * So far had the other node come: what is not here up to there is gone.
     *
     * @param positions of each life of each node
     * @param gone what is gone of all channels that have nothing
     */
    public void apply(List<Position> positions, List<SnapshotChunk.Watermark> gone) {
        synchronized (store) {
            long now = timeSource.nanos();
            gone.forEach(watermark -> channelRegistry.recordLoss(position(watermark), now));
            positions.forEach(each -> versionVector.skipTo(each, now, retention.maxAgeNanos()));
        }
    }

    /** There is more, and it could not be had: anything may lack something of what came so far. */
    public void abandon() {
        synchronized (store) {
            versionVector.all().stream()
                    .filter(each -> each.sequence() > 0)
                    .forEach(each -> store.skipTo(each, _ -> true));
        }
    }

    private static Position position(SnapshotChunk.Watermark watermark) {
        return new Position(watermark.origin(), watermark.incarnation(), watermark.sequence());
    }
}
