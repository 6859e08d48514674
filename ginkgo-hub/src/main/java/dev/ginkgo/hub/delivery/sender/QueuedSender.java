package dev.ginkgo.hub.delivery.sender;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelOutboundHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Queues the writes of a round and sends them with {@code send(2)}: first all system calls in a loop that does nothing else,
 * then all bookkeeping. Mixing the two costs more, because each evicts the code and data of the other from the caches of the
 * processor.
 *
 * <p><b>Descriptors.</b> Netty closes the descriptor of a connection on its event loop, and the kernel may give the number to
 * another connection at once. Therefore no number is stored: directly before each system call, on the same thread, the
 * connection is asked whether it is open, and for its descriptor.
 *
 * <p><b>Order.</b> Bytes that Netty has not written yet come first. A write is therefore handed to Netty if the outbound
 * buffer of the connection is not empty when its turn comes.
 */
final class QueuedSender implements SocketSender {
    private static final Logger LOG = LoggerFactory.getLogger(QueuedSender.class);

    /**
     * Maximum number of queued writes. It bounds the time from the system call of a write to its completion, and the memory
     * that queued frames retain.
     */
    static final int CAPACITY = 64;

    /** Address of bytes on the heap, or where Netty does not know it. */
    private static final long UNKNOWN = 0;

    private final SocketSenders senders;

    // the queue: one write per index
    private final @Nullable EpollSocketChannel[] connections = new EpollSocketChannel[CAPACITY];
    private final @Nullable SocketWrite[] writes = new SocketWrite[CAPACITY];
    private final long[] addresses = new long[CAPACITY];
    private final int[] lengths = new int[CAPACITY];
    private final int[] accepted = new int[CAPACITY];
    private int size;
    private boolean completing;
    private @Nullable Throwable failure; // of a system call

    QueuedSender(SocketSenders senders) {
        this.senders = senders;
    }

    @Override
    public Adoption adopt(Channel connection) {
        if (senders.isUnavailable() || !(connection instanceof EpollSocketChannel)) {
            return Adoption.NEVER;
        }
        if (senders.sendCall() == null) {
            return Adoption.NOT_YET;
        }
        for (Map.Entry<String, ChannelHandler> each : connection.pipeline()) {
            if (each.getValue() instanceof ChannelOutboundHandler) {
                return Adoption.NEVER; // it may transform the bytes
            }
        }
        return Adoption.ADOPTED;
    }

    @Override
    public void submit(Channel connection, ByteBuf frames, SocketWrite write) {
        if (completing || size == CAPACITY) {
            throw new IllegalStateException(
                    "a write is submitted to a queue that is " + (completing ? "in use" : "full"));
        }
        connections[size] = (EpollSocketChannel) connection;
        writes[size] = write;
        addresses[size] = frames.hasMemoryAddress() ? frames.memoryAddress() + frames.readerIndex() : UNKNOWN;
        lengths[size] = frames.readableBytes();
        size++;
    }

    @Override
    public boolean isFull() {
        return size == CAPACITY;
    }

    @Override
    public boolean send() {
        SendCall sendCall = senders.sendCall();
        int sent = 0;
        for (int i = 0; i < size; i++) {
            accepted[i] = sendCall == null ? 0 : send(sendCall, requireNonNull(connections[i]), i);
            sent += accepted[i] == lengths[i] ? 1 : 0;
        }
        senders.recordSent(sent);
        return size > 0;
    }

    private int send(SendCall sendCall, EpollSocketChannel connection, int index) {
        if (addresses[index] == UNKNOWN || !isWritable(connection)) {
            return 0;
        }
        long result;
        try {
            result = sendCall.send(connection.fd().intValue(), addresses[index], lengths[index]);
        } catch (RuntimeException | Error e) {
            failure = e; // logged later: nothing may prevent the other writes from being sent and completed
            return 0;
        }
        if (result >= 0) {
            return (int) result;
        }
        int errno = (int) -result;
        if (errno == SendCall.EPERM || errno == SendCall.EACCES || errno == SendCall.ENOSYS) {
            senders.failed(errno);
        }
        return 0; // Netty's own attempt waits until the socket is writable, or has the same error and handles it
    }

    /** Returns whether a connection is open, and Netty has nothing to write to it. */
    private static boolean isWritable(EpollSocketChannel connection) {
        ChannelOutboundBuffer buffer = connection.unsafe().outboundBuffer(); // null when it closes
        return buffer != null
                && buffer.totalPendingWriteBytes() == 0
                && connection.fd().isOpen();
    }

    @Override
    public void complete() {
        completing = true;
        Throwable failed = failure;
        failure = null;
        try {
            for (int i = 0; i < size; i++) {
                complete(requireNonNull(writes[i]), accepted[i]);
            }
            if (failed != null) {
                LOG.error("send(2) cannot be called; the bytes are written through Netty", failed);
            }
        } finally {
            Arrays.fill(writes, 0, size, null);
            Arrays.fill(connections, 0, size, null);
            size = 0;
            completing = false;
        }
    }

    /** Completes a write. An exception concerns this one only, and the others are completed. */
    private static void complete(SocketWrite write, int accepted) {
        try {
            write.completed(accepted);
        } catch (RuntimeException | Error e) {
            write.failed(e);
        }
    }
}
