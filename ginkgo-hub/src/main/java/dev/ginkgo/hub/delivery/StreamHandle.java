package dev.ginkgo.hub.delivery;

/** A connection and a position in a log. */
public interface StreamHandle {
    /** How many messages there are that it has not been sent. On its event loop. */
    long behind();

    /** Writes a keep-alive if nothing else is being written. Any thread. */
    void heartbeat();

    /**
     * Ends the stream in order: what has been published until now, the {@code bye} event with a jittered time to come
     * back, the end of the body or close frame 1001, and the connection is closed. Any thread; later calls do nothing.
     */
    void endGracefully(String reason);
}
