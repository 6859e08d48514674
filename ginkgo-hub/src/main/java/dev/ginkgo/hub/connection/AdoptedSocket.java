package dev.ginkgo.hub.connection;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.hub.metrics.DisconnectReason;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The socket of a stream, without a channel of Netty: registered with the epoll of its event loop, which reports when the client
 * sends something, closes or resets the connection, and when a full socket has room. What the client sends is discarded; the
 * end of its input ends the connection.
 *
 * <p>The number of the descriptor is never stored. Netty's {@link Socket}, which the channel has used before, knows whether it
 * is open; whoever closes it, a closed number is not used again. An event may concern an earlier socket with the same number,
 * if that was closed after the kernel had reported it, so each event is verified by a system call.
 */
final class AdoptedSocket implements StreamConnection, EpollIoHandle {
    private static final Logger LOG = LoggerFactory.getLogger(AdoptedSocket.class);

    static final EpollIoOps READING =
            EpollIoOps.EPOLLIN.with(EpollIoOps.EPOLLRDHUP).with(EpollIoOps.EPOLLERR);
    private static final EpollIoOps WRITING = READING.with(EpollIoOps.EPOLLOUT);

    private final Socket socket;
    private final SocketAdoption adoption;
    private final long packedClient; // an address of IPv4, which takes 100 bytes as objects
    private final @Nullable InetSocketAddress otherClient;
    private ConnectionLifetime.Participant[] participants = ConnectionLifetime.NONE; // notified when it is closed
    private @Nullable IoRegistration registration; // null until it is registered
    private @Nullable PendingWrite pending;
    private volatile @Nullable DisconnectReason reason;
    private boolean closed;

    /**
     * @param adoption of the event loop of the connection
     * @param client the address of the client
     * @param reason why the connection will end, if that is known
     */
    AdoptedSocket(
            Socket socket,
            SocketAdoption adoption,
            @Nullable InetSocketAddress client,
            @Nullable DisconnectReason reason) {
        this.socket = socket;
        this.adoption = adoption;
        this.packedClient = PackedAddress.of(client);
        this.otherClient = packedClient == PackedAddress.NONE ? client : null;
        this.reason = reason;
    }

    /** Starts to wait for events. */
    void start(IoRegistration registered) {
        registration = registered;
        registered.submit(READING);
    }

    /** Sets what ends with the connection, in the place of the channel. */
    void setParticipants(ConnectionLifetime.Participant[] all) {
        participants = all;
    }

    // ---- events of epoll

    @Override
    public FileDescriptor fd() {
        return socket;
    }

    @Override
    public void handle(IoRegistration registered, IoEvent event) {
        int ready = ((EpollIoEvent) event).ops().value();
        try {
            if (pending != null) {
                writePending(); // also after a hang-up, which it reports as an error
            }
            if (!closed && (ready & ~EpollIoOps.EPOLLOUT.value()) != 0) {
                discardInput();
            }
        } catch (RuntimeException | Error e) { // would delay or end the event loop
            closeNow(DisconnectReason.ERROR); // first, because without memory the log entry may fail
            LOG.warn("stream of {} closed by an exception", this, e);
        }
    }

    /** Reads once, so that a client that sends without end takes one turn in each iteration of the event loop. */
    private void discardInput() {
        try {
            if (adoption.discardInput(socket) < 0) {
                closeNow(DisconnectReason.CLIENT);
            }
        } catch (IOException e) {
            LOG.debug("stream of {} closed by an exception", this, e);
            closeNow(DisconnectReason.CLIENT);
        }
    }

    // ---- writing

    @Override
    public Future<?> write(List<ByteBuf> frames) {
        if (pending != null) {
            throw new IllegalStateException("a write is pending for " + this);
        }
        PendingWrite write = new PendingWrite(frames, adoption.eventLoop());
        if (closed) {
            write.fail();
            return write.result();
        }
        pending = write;
        writePending();
        if (pending != null) {
            requireNonNull(registration).submit(WRITING);
            write.awaitsRoom = true;
        }
        return write.result();
    }

    private void writePending() {
        PendingWrite write = requireNonNull(pending);
        try {
            if (!write.continueTo(socket)) {
                return;
            }
        } catch (IOException e) {
            LOG.debug("stream of {} closed by an exception", this, e);
            closeNow(DisconnectReason.CLIENT);
            return;
        }
        if (write.awaitsRoom) {
            requireNonNull(registration).submit(READING);
        }
        pending = null;
        write.succeed();
    }

    @Override
    public long pendingBytes() {
        PendingWrite write = pending;
        return write == null ? 0 : write.remaining();
    }

    @Override
    public long progress() {
        return -pendingBytes();
    }

    @Override
    public boolean isPlainSocket() {
        return true;
    }

    @Override
    public int descriptor() {
        return !closed && pending == null && socket.isOpen() ? socket.intValue() : NO_DESCRIPTOR;
    }

    // ---- end

    @Override
    public void mark(DisconnectReason why) {
        if (reason == null) { // two threads at the same moment: either reason is right
            reason = why;
        }
    }

    @Override
    public void close() {
        if (adoption.eventLoop().inEventLoop()) {
            closeNow(DisconnectReason.CLIENT);
            return;
        }
        try {
            adoption.eventLoop().execute(() -> closeNow(DisconnectReason.CLIENT));
        } catch (RejectedExecutionException ended) {
            // the event loop has closed its sockets
        }
    }

    /** Called on the event loop when the channel that had the socket has closed it. */
    void channelClosed(Channel channel) {
        closeNow(DisconnectReason.of(channel)); // set by a thread that has not seen the adoption yet
    }

    private void closeNow(DisconnectReason unlessMarked) {
        if (closed) {
            return;
        }
        closed = true;
        mark(unlessMarked);
        IoRegistration registered = registration;
        if (registered != null) {
            registered.cancel(); // before the number is free for another socket
        }
        try {
            socket.close();
        } catch (IOException e) {
            LOG.debug("could not close the socket of {}", this, e);
        }
        ConnectionLifetime.end(participants, requireNonNull(reason));
        PendingWrite write = pending;
        if (write != null) {
            pending = null;
            write.fail();
        }
    }

    // ---- other properties

    @Override
    public EventLoop eventLoop() {
        return adoption.eventLoop();
    }

    @Override
    public @Nullable InetSocketAddress client() {
        return packedClient == PackedAddress.NONE ? otherClient : PackedAddress.unpack(packedClient);
    }

    @Override
    public String toString() {
        return String.valueOf(client());
    }
}
