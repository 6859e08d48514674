package dev.ginkgo.hub.delivery;

import io.netty.channel.Channel;

/** A connection that its loop looks after. Everything is called on the loop. */
interface LoopSubscriber {
    /** Sends what comes next. */
    void pump();

    /** Writes a keep-alive if nothing was written for so long. */
    void heartbeat(long idleNanos);

    /** Ends the connection if no byte of a write has left for so long. */
    void closeIfStalled(long timeoutNanos);

    Channel connection();

    /** Ends the connection at once. */
    void close();
}
