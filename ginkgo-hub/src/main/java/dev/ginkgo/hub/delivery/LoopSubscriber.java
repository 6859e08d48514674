package dev.ginkgo.hub.delivery;

import dev.ginkgo.hub.connection.StreamConnection;

/** A connection that a delivery loop serves. All methods are called on the loop. */
abstract class LoopSubscriber {
    /** The index at which its {@link SubscriberGroup} has it; -1 while it is not waiting. Used by the group only. */
    int waitingAt = -1;

    /** The index at which its {@link DeliveryLoop} has it; -1 if it does not. Used by the loop only. */
    int indexInLoop = -1;

    /** Sends the next batch, if no write is in progress. */
    abstract void sendNext();

    /** Writes a keep-alive if nothing has been written for the given time. */
    abstract void heartbeat(long idleNanos);

    /** Closes the connection if a write has made no progress for the timeout. */
    abstract void closeIfStalled(long timeoutNanos);

    /** Closes the connection if its pending write is the given one, because other subscribers need the memory. */
    abstract void closeIfPending(PinnedMemory.Pin write);

    /** Returns the connection. */
    abstract StreamConnection connection();

    /** Closes the connection immediately. */
    abstract void close();
}
