package dev.ginkgo.hub.delivery;

import dev.ginkgo.hub.log.EvictableCache;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.LinkedHashSet;
import java.util.Set;

/** All slabs of a store, oldest first, as a cache within the store's budget. Guarded by the store. */
final class SlabCache implements EvictableCache {
    private final ByteBufAllocator allocator;
    private final Set<Slab> all = new LinkedHashSet<>();
    private long bytes;

    SlabCache(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    /** Allocates the buffer of a new slab. Called without the lock. */
    ByteBuf allocate(int size) {
        return allocator.directBuffer(size, size);
    }

    @Override
    public long bytes() {
        return bytes;
    }

    void add(Slab slab) {
        all.add(slab);
        bytes += slab.capacity();
    }

    /** Removes and releases a slab. */
    void remove(Slab slab) {
        if (all.remove(slab)) {
            bytes -= slab.capacity();
        }
        slab.release();
    }

    /** Evicts the oldest slab that is not being filled. */
    @Override
    public boolean evictOldest(long keptBytes) {
        if (bytes <= keptBytes) {
            return false;
        }
        for (Slab slab : all) {
            if (!slab.beingFilled) {
                slab.encodedFeed.release(slab);
                return true;
            }
        }
        return false;
    }
}
