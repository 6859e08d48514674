package dev.ginkgo.hub.log;

/**
 * Is notified when a {@link Feed} has something new: a message, or a gap. Called by the thread that added it, after the
 * store's lock has been released.
 */
public interface FeedListener {
    /**
     * Notes that there is something new. It is called on all listeners of a change before {@link #wake} is called on any,
     * so that one thread that serves several listeners sees all of them when it is woken.
     */
    void appended();

    /** Wakes the thread that reads, unless it is awake. Also called when the store closes. */
    void wake();
}
