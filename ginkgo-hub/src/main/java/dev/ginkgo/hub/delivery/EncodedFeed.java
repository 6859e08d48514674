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
    public static final int BATCH = 64 * 1024;

    private static final int SLAB = 64 * 1024;
    private static final int SMALLEST_SLAB = 1024;

    final WireFormat framing;
    final Feed feed;

    /** Guarded by the store. */
    final Map<DeliveryLoop, SubscriberGroup> groups = new HashMap<>(2);

    private final Store store;
    private final SlabCache all;
    private final boolean alone;

    // guarded by `encoding`
    private final Object encoding = new Object();
    private ByteBuf body = Unpooled.buffer();
    private int slabSize = SMALLEST_SLAB;

    // guarded by the store: by the number of their first message; they do not overlap, and need not meet
    private final TreeMap<Long, Slab> slabs = new TreeMap<>();
    private boolean closed;

    /** Made under the store's lock. */
    EncodedFeed(Store store, SlabCache all, Feed feed, WireFormat framing) {
        this.store = store;
        this.all = all;
        this.feed = feed;
        this.framing = framing;
        this.alone = feed.selector.isChannel();
    }

    /** The number that the feed's next message will have. */
    long end() {
        synchronized (store) {
            return feed.end();
        }
    }

    /** The id of the place of a reader who has had everything. */
    String idOfEnd() {
        synchronized (store) {
            return store.idOfEnd();
        }
    }

    /**
     * What a reader is to be sent next; to be closed. Called by loops.
     *
     * @param replay what it wants; null if everything from its position on
     */
    Batch next(long position, @Nullable Replay replay) {
        synchronized (encoding) {
            EncodePlan work = null;
            while (true) {
                synchronized (store) {
                    if (work != null) {
                        add(work);
                    }
                    BatchBuilder scan = new BatchBuilder(feed, this, replay);
                    scan.from(position);
                    // once encoded it is taken at once: only then may it be let go of, if it is too much
                    if (closed || scan.unencoded < 0 || (work != null && scan.hasSome())) {
                        Batch batch = scan.cut(closed);
                        if (work != null) {
                            store.evict();
                        }
                        return batch;
                    }
                    work = new EncodePlan(feed, slabBefore(scan.unencoded));
                    work.plan(scan.unencoded, replay, this);
                }
                encode(work);
            }
        }
    }

    private void encode(EncodePlan work) {
        boolean done = false;
        try {
            for (EncodePlan.Item item : work.items()) {
                framing.body(item.message(), alone, body.clear());
                int needed = body.readableBytes() + FrameEncoder.OVERHEAD;
                Slab slab = work.slabFor(item.number(), needed);
                if (slab == null) {
                    slab = work.begin(new Slab(this, all.allocate(sizeFor(needed, item.room())), item.number()));
                }
                framing.frame(item.message(), alone, body, slab.buffer());
                work.encoded(slab);
            }
            done = true;
        } finally {
            if (body.capacity() > BATCH) {
                body = Unpooled.buffer(); // of one large message; not to be kept
            }
            if (!done) {
                synchronized (store) {
                    add(work);
                }
            }
        }
    }

    /** A large message gets a slab of its own; the slabs for small ones begin small and grow, for quiet channels. */
    private int sizeFor(int needed, long room) {
        if (needed > SLAB / 4 || room < slabSize) {
            return (int) Math.max(needed, Math.min(room, SLAB));
        }
        int size = slabSize;
        while (size < needed) {
            size *= 2;
        }
        slabSize = Math.min(SLAB, size * 2);
        return size;
    }

    private void add(EncodePlan work) {
        for (Slab fresh : work.fresh()) {
            slabs.put(fresh.first, fresh);
            all.add(fresh);
        }
        work.finish();
        work.slabs().forEach(slab -> {
            if (closed || slab.live == 0) {
                letGo(slab);
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
        if (slab != null && --slab.live == 0 && !slab.filling) {
            letGo(slab);
        }
    }

    /** Lets go of a slab that nobody fills. */
    void letGo(Slab slab) {
        slabs.remove(slab.first);
        all.remove(slab);
    }

    /** Lets go of all. Whoever is encoding now does the rest. */
    @Override
    public void closed() {
        closed = true;
        slabs.values().removeIf(slab -> {
            if (slab.filling) {
                return false;
            }
            all.remove(slab);
            return true;
        });
    }
}
