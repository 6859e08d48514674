package dev.ginkgo.hub.connection;

import dev.ginkgo.hub.metrics.DisconnectReason;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The connection of a stream, to which only its subscriber writes. Methods are called on its event loop unless they say otherwise. */
public interface StreamConnection {
    /** Result of {@link #descriptor} if nothing may be sent to the socket directly. */
    int NO_DESCRIPTOR = -1;

    /** Returns the event loop of the connection. Any thread. */
    EventLoop eventLoop();

    /** Returns the address of the client, null if there is none because the connection is closed. Any thread. */
    @Nullable
    InetSocketAddress client();

    /** Sets the reason for the end of the connection, unless one is set already. Any thread. */
    void mark(DisconnectReason reason);

    /** Closes the connection at once. Further calls have no effect. Any thread. */
    void close();

    /**
     * Writes frames and releases them. There may be one write at a time, which does not end before the socket has accepted all
     * bytes.
     *
     * @return completes on the event loop; already complete if the socket has accepted everything, or the write has failed.
     *     After a failure the connection is closed
     */
    Future<?> write(List<ByteBuf> frames);

    /** Returns the number of bytes that the socket has not accepted yet. */
    long pendingBytes();

    /** Returns a number that changes when the socket accepts bytes of a pending write. */
    long progress();

    /** Returns whether the bytes that are written reach a socket unchanged, so that they can be sent to it directly. */
    boolean isPlainSocket();

    /**
     * Returns the descriptor of a plain socket that is open, and for which no byte is pending; otherwise {@link #NO_DESCRIPTOR}.
     * It is valid until the event loop runs anything else: the kernel uses the number again when the socket is closed.
     */
    int descriptor();
}
