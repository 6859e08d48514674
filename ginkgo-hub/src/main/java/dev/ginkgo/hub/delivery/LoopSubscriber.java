package dev.ginkgo.hub.delivery;

import io.netty.channel.Channel;

/** A connection that a delivery loop serves. All methods are called on the loop. */
interface LoopSubscriber {
    /** Sends the next batch, if no write is in progress. */
    void sendNext();

    /** Writes a keep-alive if nothing has been written for the given time. */
    void heartbeat(long idleNanos);

    /** Closes the connection if a write has made no progress for the timeout. */
    void closeIfStalled(long timeoutNanos);

    /** Closes the connection if its pending write is the given one, because other subscribers need the memory. */
    void closeIfPending(PinnedMemory.Pin write);

    /** Returns the connection. */
    Channel connection();

    /** Closes the connection immediately. */
    void close();
}
