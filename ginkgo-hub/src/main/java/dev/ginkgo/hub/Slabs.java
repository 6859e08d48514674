package dev.ginkgo.hub;

import java.util.LinkedHashSet;
import java.util.Set;

/** All slabs of a store, the oldest first. Guarded by the store. */
final class Slabs {
    private final Set<Slab> all = new LinkedHashSet<>();
    private long bytes;

    void add(Slab slab) {
        all.add(slab);
        bytes += slab.capacity();
    }

    void remove(Slab slab) {
        if (all.remove(slab)) {
            bytes -= slab.capacity();
        }
    }

    /** Drops the oldest that nobody fills, if all are more than so many bytes together. */
    boolean dropOldest(long enough) {
        if (bytes <= enough) {
            return false;
        }
        for (Slab slab : all) {
            if (!slab.filling) {
                slab.view.letGo(slab);
                return true;
            }
        }
        return false;
    }
}
