package dev.ginkgo.hub.log;

/**
 * Memory within a store's budget whose contents can be made again. It is evicted before messages are. Called under the
 * store's lock.
 */
public interface EvictableCache {
    /** Its size in bytes. */
    long bytes();

    /**
     * Evicts the oldest element, if the cache is larger than that.
     *
     * @return whether an element was evicted
     */
    boolean evictOldest(long keptBytes);
}
