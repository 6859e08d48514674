package dev.ginkgo.hub.log;

/** Keeps something that was derived from the messages of a {@link Feed}. Called under the store's lock. */
public interface EvictionListener {
    /** The message with that number has left the feed. */
    void evicted(long number);

    /** The store has closed. */
    void closed();
}
