package dev.ginkgo.hub.delivery;

import dev.ginkgo.hub.log.EvictableCache;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.LinkedHashSet;

/**
 * All slabs of a store, oldest first, as a cache within the store's budget. Slabs that pending writes retain are not part of
 * that budget and are not evicted: that would free no memory, and the next subscriber would have the same messages encoded
 * once more. Guarded by the store.
 */
final class SlabCache implements EvictableCache {
    private final ByteBufAllocator allocator;
    private final PinnedMemory pinnedMemory;
    private final LinkedHashSet<Slab> all = new LinkedHashSet<>();
    private long bytes;
    private int feeds;

    SlabCache(ByteBufAllocator allocator, PinnedMemory pinnedMemory) {
        this.allocator = allocator;
        this.pinnedMemory = pinnedMemory;
    }

    PinnedMemory pinnedMemory() {
        return pinnedMemory;
    }

    /** Allocates the buffer of a new slab. Called without the lock. */
    ByteBuf allocate(int size) {
        return allocator.directBuffer(size, size);
    }

    @Override
    public long bytes() {
        return bytes - pinnedMemory.cachedBytes();
    }

    @Override
    public int feeds() {
        return feeds;
    }

    void feedOpened() {
        feeds++;
    }

    void feedClosed() {
        feeds--;
    }

    void add(Slab slab) {
        all.add(slab);
        bytes += slab.capacity();
        slab.addedToCache();
    }

    /** Removes and releases a slab. */
    void remove(Slab slab) {
        if (all.remove(slab)) {
            bytes -= slab.capacity();
            slab.removedFromCache();
        }
        slab.release();
    }

    /** Evicts the oldest slab that is neither being filled nor retained by a pending write. */
    @Override
    public boolean evictOldest(long keptBytes) {
        for (int left = all.size(); left > 0 && bytes() > keptBytes; left--) {
            Slab oldest = all.getFirst();
            if (!oldest.beingFilled && oldest.pins() == 0) {
                oldest.encodedFeed.release(oldest);
                return true;
            }
            all.addLast(oldest); // moves it, so that it is not examined each time
        }
        return false;
    }
}
