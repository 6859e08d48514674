package dev.ginkgo.hub.delivery;

import dev.ginkgo.hub.framing.FrameEncoder;
import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.hub.log.EvictionListener;
import dev.ginkgo.hub.log.Feed;
import dev.ginkgo.hub.log.Replay;
import dev.ginkgo.hub.log.Store;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A feed in one framing: what its readers have in common. Each message is encoded once, by the first loop that needs
 * it, into slabs. Slabs can be made again, so they go before messages do when memory is short.
 *
 * <p>Encoding is done under a lock of the view, which only loops take, and not under the store's: a publisher never
 * waits for it.
 */
public final class EncodedFeed implements EvictionListener {
    /** The most that is written to a connection at once, if a single message is not larger. */
    public static final int MAX_BATCH_BYTES = 64 * 1024;

    private static final int MAX_SLAB_BYTES = 64 * 1024;
    private static final int MIN_SLAB_BYTES = 1024;

    final WireFormat wireFormat;
    final Feed feed;

    /** Guarded by the store. */
    final Map<DeliveryLoop, SubscriberGroup> groups = new HashMap<>(2);

    private final Store store;
    private final SlabCache slabCache;
    private final boolean singleChannel;

    // guarded by `encoding`
    private final Object encodeLock = new Object();
    private ByteBuf body = Unpooled.buffer();
    private int slabSize = MIN_SLAB_BYTES;

    // guarded by the store: by the number of their first message; they do not overlap, and need not meet
    private final TreeMap<Long, Slab> slabs = new TreeMap<>();
    private boolean closed;

    /** Made under the store's lock. */
    EncodedFeed(Store store, SlabCache all, Feed feed, WireFormat wireFormat) {
        this.store = store;
        this.slabCache = all;
        this.feed = feed;
        this.wireFormat = wireFormat;
        this.singleChannel = feed.channelSelector.isChannel();
    }

    /** The number that the feed's next message will have. */
    long end() {
        synchronized (store) {
            return feed.end();
        }
    }

    /** The id of the place of a reader who has had everything. */
    String endId() {
        synchronized (store) {
            return store.endId();
        }
    }

    /**
     * What a reader is to be sent next; to be closed. Called by loops.
     *
     * @param replay what it wants; null if everything from its position on
     */
    Batch nextBatch(long position, @Nullable Replay replay) {
        synchronized (encodeLock) {
            EncodePlan encodePlan = null;
            while (true) {
                synchronized (store) {
                    if (encodePlan != null) {
                        add(encodePlan);
                    }
                    BatchBuilder batchBuilder = new BatchBuilder(feed, this, replay);
                    batchBuilder.scanFrom(position);
                    // once encoded it is taken at once: only then may it be let go of, if it is too much
                    if (closed || batchBuilder.unencoded < 0 || (encodePlan != null && batchBuilder.hasMessages())) {
                        Batch batch = batchBuilder.build(closed);
                        if (encodePlan != null) {
                            store.evict();
                        }
                        return batch;
                    }
                    encodePlan = new EncodePlan(feed, slabBefore(batchBuilder.unencoded));
                    encodePlan.plan(batchBuilder.unencoded, replay, this);
                }
                encode(encodePlan);
            }
        }
    }

    private void encode(EncodePlan encodePlan) {
        boolean done = false;
        try {
            for (EncodePlan.Item item : encodePlan.items()) {
                wireFormat.encodeBody(item.message(), singleChannel, body.clear());
                int needed = body.readableBytes() + FrameEncoder.OVERHEAD;
                Slab slab = encodePlan.slabFor(item.number(), needed);
                if (slab == null) {
                    slab = encodePlan.startSlab(
                            new Slab(this, slabCache.allocate(sizeFor(needed, item.room())), item.number()));
                }
                wireFormat.encodeFrame(item.message(), singleChannel, body, slab.buffer());
                encodePlan.frameEncoded(slab);
            }
            done = true;
        } finally {
            if (body.capacity() > MAX_BATCH_BYTES) {
                body = Unpooled.buffer(); // of one large message; not to be kept
            }
            if (!done) {
                synchronized (store) {
                    add(encodePlan);
                }
            }
        }
    }

    /** A large message gets a slab of its own; the slabs for small ones begin small and grow, for quiet channels. */
    private int sizeFor(int needed, long room) {
        if (needed > MAX_SLAB_BYTES / 4 || room < slabSize) {
            return (int) Math.max(needed, Math.min(room, MAX_SLAB_BYTES));
        }
        int size = slabSize;
        while (size < needed) {
            size *= 2;
        }
        slabSize = Math.min(MAX_SLAB_BYTES, size * 2);
        return size;
    }

    private void add(EncodePlan encodePlan) {
        for (Slab fresh : encodePlan.newSlabs()) {
            slabs.put(fresh.first, fresh);
            slabCache.add(fresh);
        }
        encodePlan.finish();
        encodePlan.touchedSlabs().forEach(slab -> {
            if (closed || slab.liveMessages == 0) {
                release(slab);
            }
        });
    }

    // ---- under the store's lock

    /** The slab that holds that message. */
    @Nullable
    Slab slabAt(long number) {
        Map.Entry<Long, Slab> floor = slabs.floorEntry(number);
        return floor == null || floor.getValue().end() <= number ? null : floor.getValue();
    }

    private @Nullable Slab slabBefore(long number) {
        Map.Entry<Long, Slab> lower = slabs.lowerEntry(number);
        return lower == null || lower.getValue().end() < number ? null : lower.getValue();
    }

    /** A message is gone: its slab goes with the last of them. */
    @Override
    public void evicted(long number) {
        Slab slab = slabAt(number);
        if (slab != null && --slab.liveMessages == 0 && !slab.beingFilled) {
            release(slab);
        }
    }

    /** Lets go of a slab that nobody fills. */
    void release(Slab slab) {
        slabs.remove(slab.first);
        slabCache.remove(slab);
    }

    /** Lets go of all. Whoever is encoding now does the rest. */
    @Override
    public void closed() {
        closed = true;
        slabs.values().removeIf(slab -> {
            if (slab.beingFilled) {
                return false;
            }
            slabCache.remove(slab);
            return true;
        });
    }
}
