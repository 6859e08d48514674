package dev.ginkgo.hub.log;

/**
 * Cache within the store's memory budget, whose contents can be recreated. It is evicted before messages are. Called
 * under the store's lock.
 */
public interface EvictableCache {
    /** Returns its size in bytes. */
    long bytes();

    /** Returns the number of feeds whose contents it caches, counted once for each wire format. */
    int feeds();

    /**
     * Evicts the oldest element if the cache is larger than {@code keptBytes}.
     *
     * @return whether an element was evicted
     */
    boolean evictOldest(long keptBytes);
}
