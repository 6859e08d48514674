package dev.ginkgo.hub.log;

/**
 * Listener that is notified when a {@link Feed} has something new: a message, or a gap. Called by the thread that added
 * it, after the store's lock has been released.
 */
public interface FeedListener {
    /**
     * Records that there is something new. This is called on all listeners of a change before {@link #wake} is called
     * on any of them, so that a thread that serves several listeners sees all of them when it is woken.
     */
    void appended();

    /** Wakes the reading thread, unless it is awake. Also called when the store closes. */
    void wake();
}
