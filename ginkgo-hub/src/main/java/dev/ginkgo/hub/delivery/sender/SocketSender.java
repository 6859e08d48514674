package dev.ginkgo.hub.delivery.sender;

import dev.ginkgo.hub.connection.SocketAdoption;
import dev.ginkgo.hub.connection.StreamConnection;
import io.netty.buffer.ByteBuf;

/**
 * Sends encoded frames to the sockets of one event loop, which is the only thread that calls it. In each round the loop
 * submits the writes of its subscribers, sends them, and completes them:
 *
 * <pre>
 *   submit, submit, … (until {@link #isFull} or the end of the round)   {@link #send}   {@link #complete}
 * </pre>
 *
 * <p>A connection reads, waits until its socket is writable, and closes it: one of Netty, or a socket that has been adopted from
 * Netty with {@link #adopt}.
 */
public interface SocketSender {
    /** Whether the writes of a connection can be submitted. */
    enum Support {
        SUPPORTED,
        /** The sender is not ready yet; asking again may have another result. */
        NOT_YET,
        /** Not this connection: its bytes pass through handlers, or the sender is not available. */
        UNSUPPORTED
    }

    /** Returns whether the writes of a connection can be submitted. The others are written by the connection. */
    Support support(StreamConnection connection);

    /**
     * Starts to adopt the socket of a supported connection, to which nothing may be written until the listener is called.
     *
     * @return false if the connection stays as it is; the listener is not called then
     */
    boolean adopt(StreamConnection connection, SocketAdoption.Listener listener);

    /**
     * Adds a write to those of this round. A connection has at most one.
     *
     * @param connection a supported connection
     * @param frames whole frames; valid until the write is completed, and not consumed
     */
    void submit(StreamConnection connection, ByteBuf frames, SocketWrite write);

    /** Returns whether the submitted writes must be sent and completed before another one is submitted. */
    boolean isFull();

    /** Sends what has been submitted. Does not call the writes. Returns false if there is nothing to complete. */
    boolean send();

    /** Completes the writes that have been sent, in the order of their submission. */
    void complete();
}
