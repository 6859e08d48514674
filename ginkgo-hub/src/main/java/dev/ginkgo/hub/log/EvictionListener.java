package dev.ginkgo.hub.log;

/** Listener that maintains data derived from the messages of a {@link Feed}. Called under the store's lock. */
public interface EvictionListener {
    /** Notifies that the message with a number has been removed from the feed. */
    void evicted(long number);

    /** Notifies that the store has closed. */
    void closed();
}
