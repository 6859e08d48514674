package dev.ginkgo.hub.delivery;

import dev.ginkgo.hub.log.EvictableCache;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.LinkedHashSet;
import java.util.Set;

/** All slabs of a store, the oldest first, as a cache within its budget. Guarded by the store. */
final class SlabCache implements EvictableCache {
    private final ByteBufAllocator allocator;
    private final Set<Slab> all = new LinkedHashSet<>();
    private long bytes;

    SlabCache(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    /** A buffer for a slab that will be added. Without the lock. */
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

    /** Lets go of a slab. */
    void remove(Slab slab) {
        if (all.remove(slab)) {
            bytes -= slab.capacity();
        }
        slab.release();
    }

    /** The oldest that nobody fills. */
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
