package dev.ginkgo.hub.delivery.sender;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;

/**
 * Sends encoded frames to the sockets of one event loop, which is the only thread that calls it. In each round the loop
 * submits the writes of its subscribers, sends them, and completes them:
 *
 * <pre>
 *   submit, submit, … (until {@link #isFull} or the end of the round)   {@link #send}   {@link #complete}
 * </pre>
 *
 * <p>Netty keeps the descriptor of a connection, reads from it, waits until it is writable, and closes it.
 */
public interface SocketSender {
    /** Whether the writes of a connection can be submitted. */
    enum Adoption {
        ADOPTED,
        /** The sender is not ready yet; asking again may have another result. */
        NOT_YET,
        /** Not this connection: its bytes pass through handlers, or the sender is not available. */
        NEVER
    }

    /** Returns whether the writes of a connection can be submitted. The others are written through Netty. */
    Adoption adopt(Channel connection);

    /**
     * Adds a write to those of this round. A connection has at most one.
     *
     * @param connection an adopted connection
     * @param frames whole frames; valid until the write is completed, and not consumed
     */
    void submit(Channel connection, ByteBuf frames, SocketWrite write);

    /** Returns whether the submitted writes must be sent and completed before another one is submitted. */
    boolean isFull();

    /** Sends what has been submitted. Does not call the writes. Returns false if there is nothing to complete. */
    boolean send();

    /** Completes the writes that have been sent, in the order of their submission. */
    void complete();
}
