package dev.ginkgo.hub.delivery;

import dev.ginkgo.hub.connection.StreamConnection;

/** A connection attached to the hub. */
public interface StreamHandle {
    /** Returns its connection, which may be another object later: the hub adopts sockets from Netty. Any thread. */
    StreamConnection connection();

    /** Returns how many messages the subscriber is behind. Called on its event loop. */
    long lag();

    /** Writes a keep-alive unless a write is in progress. Any thread may call. */
    void heartbeat();

    /**
     * Ends the stream gracefully: sends the messages published until now, the {@code bye} event with a randomized
     * reconnect delay, and the end of the body or close frame 1001, and closes the connection. Any thread may call;
     * further calls have no effect.
     */
    void endGracefully(String reason);
}
