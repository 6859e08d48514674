package dev.ginkgo.hub.delivery.sender;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.hub.connection.ChannelConnection;
import dev.ginkgo.hub.connection.SocketAdoption;
import dev.ginkgo.hub.connection.StreamConnection;
import io.netty.buffer.ByteBuf;
import io.netty.channel.IoEventLoop;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Queues the writes of a round and sends them with {@code send(2)}: first all system calls in a loop that does nothing else,
 * then all bookkeeping. Mixing the two costs more, because each evicts the code and data of the other from the caches of the
 * processor.
 *
 * <p><b>Descriptors.</b> A connection closes its descriptor on its event loop, and the kernel may give the number to
 * another connection at once. Therefore no number is stored: directly before each system call, on the same thread, the
 * connection is asked for its descriptor.
 *
 * <p><b>Order.</b> Bytes that the connection has not written yet come first. A write is therefore handed to the connection if
 * such bytes are pending when its turn comes.
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
    private final @Nullable StreamConnection[] connections = new StreamConnection[CAPACITY];
    private final @Nullable SocketWrite[] writes = new SocketWrite[CAPACITY];
    private final long[] addresses = new long[CAPACITY];
    private final int[] lengths = new int[CAPACITY];
    private final int[] accepted = new int[CAPACITY];
    private int size;
    private @Nullable ByteBuf lastFrames; // of the last write in the queue
    private boolean completing;
    private @Nullable Throwable failure; // of a write that has not been sent
    private @Nullable SocketAdoption adoption; // created for the first stream

    QueuedSender(SocketSenders senders) {
        this.senders = senders;
    }

    @Override
    public Support support(StreamConnection connection) {
        if (senders.isUnavailable() || !connection.isPlainSocket()) {
            return Support.UNSUPPORTED;
        }
        return senders.sendCall() == null ? Support.NOT_YET : Support.SUPPORTED;
    }

    @Override
    public boolean adopt(StreamConnection connection, SocketAdoption.Listener listener) {
        if (!(connection instanceof ChannelConnection netty)
                || !(connection.eventLoop() instanceof IoEventLoop eventLoop)
                || !senders.adopts()) {
            return false;
        }
        SocketAdoption known = adoption;
        if (known == null) {
            known = new SocketAdoption(eventLoop, senders::adoptionFailed);
            adoption = known;
        }
        return known.start(netty.channel(), listener);
    }

    @SuppressWarnings("ReferenceEquality") // equal bytes may have different addresses
    @Override
    public void submit(StreamConnection connection, ByteBuf frames, SocketWrite write) {
        if (completing || size == CAPACITY) {
            throw new IllegalStateException(
                    "a write is submitted to a queue that is " + (completing ? "in use" : "full"));
        }
        connections[size] = connection;
        writes[size] = write;
        if (size > 0 && frames == lastFrames) { // those of a batch; asking for the address may create objects
            addresses[size] = addresses[size - 1];
        } else {
            addresses[size] = frames.hasMemoryAddress() ? frames.memoryAddress() + frames.readerIndex() : UNKNOWN;
            lastFrames = frames;
        }
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
        for (int i = 0; i < size; i++) {
            accepted[i] = sendCall == null ? 0 : send(sendCall, i);
        }
        return size > 0;
    }

    /** Returns the number of bytes that the socket has accepted. */
    private int send(SendCall sendCall, int index) {
        try {
            int descriptor = requireNonNull(connections[index]).descriptor();
            if (addresses[index] == UNKNOWN || descriptor == StreamConnection.NO_DESCRIPTOR) {
                return 0;
            }
            long result = sendCall.send(descriptor, addresses[index], lengths[index]);
            if (result >= 0) {
                return (int) result;
            }
            int errno = (int) -result;
            if (errno == SendCall.EPERM || errno == SendCall.EACCES || errno == SendCall.ENOSYS) {
                senders.failed(errno);
            }
        } catch (RuntimeException | Error e) {
            // logged later: the other writes are sent and completed, and what has been sent is not sent again
            failure = e;
        }
        return 0; // the attempt of the connection waits until the socket is writable, or has the same error and handles
        // it
    }

    @Override
    public void complete() {
        completing = true;
        Throwable failed = failure;
        failure = null;
        try {
            int sent = 0;
            for (int i = 0; i < size; i++) {
                sent += accepted[i] == lengths[i] ? 1 : 0;
                complete(requireNonNull(writes[i]), accepted[i]);
            }
            senders.recordSent(sent);
            if (failed != null) {
                LOG.error("bytes cannot be sent with send(2); the connections write them", failed);
            }
        } finally {
            Arrays.fill(writes, 0, size, null);
            Arrays.fill(connections, 0, size, null);
            size = 0;
            lastFrames = null;
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
