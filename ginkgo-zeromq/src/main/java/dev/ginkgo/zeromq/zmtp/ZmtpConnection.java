package dev.ginkgo.zeromq.zmtp;

import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectionKey;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One connection: the greeting, the handshake of its {@link Mechanism}, then messages. A frame that is sent is written when
 * {@link #flush} is called, together with all others. Used by the thread of one event loop; after an exception, the
 * caller closes the connection.
 */
public final class ZmtpConnection {
    private static final int GREETING_BYTES = 64;
    private static final int SIGNATURE_BYTES = 10;
    private static final int MECHANISM_OFFSET = 12;
    private static final int MECHANISM_BYTES = 20;
    private static final byte MAJOR_VERSION = 3;

    private static final int WIRE_MORE = 1;
    private static final int WIRE_LONG = 2;
    private static final int WIRE_COMMAND = 4;
    private static final int MAX_HEADER_BYTES = 1 + Long.BYTES;

    /** More than any command of a handshake has. */
    private static final int MAX_HANDSHAKE_BYTES = 1_024;

    /** The memory for a frame grows with what has arrived of it, whatever length it announces. */
    private static final int INITIAL_BODY_BYTES = 64 * 1024;

    /** Bytes that wait for {@link #flush}, after which there is no room. */
    private static final long MAX_QUEUED_BYTES = 64 * 1024;

    /** The JDK copies what a write is given, also what the socket does not accept. */
    private static final int MAX_WRITE_BYTES = 256 * 1024;

    /** How often a socket is read, or written, before other connections get their turn. */
    private static final int MAX_READS = 16;

    private static final int MAX_WRITES = 16;

    private static final int MAX_PING_CONTEXT = 16;

    /** Receiver of the input of a connection. It may close the connection. */
    public interface Listener {
        /** The handshake is complete: messages can be sent, and are received. */
        void handshaken() throws IOException;

        /**
         * Processes one part of a message.
         *
         * @param more whether another part follows
         */
        void received(byte[] body, boolean more) throws IOException;
    }

    private enum State {
        GREETING,
        HANDSHAKE,
        ESTABLISHED,
        CLOSED
    }

    private final ReadableByteChannel in;
    private final GatheringByteChannel out;
    private final IntConsumer interestOps;
    private final Mechanism mechanism;
    private final long maxFrameBytes;
    private final Listener listener;

    private State state = State.GREETING;

    private final ByteBuffer header = ByteBuffer.allocate(MAX_HEADER_BYTES);
    private int flags;
    private byte @Nullable [] body = new byte[GREETING_BYTES]; // of the frame that is being received
    private long length = GREETING_BYTES;
    private int filled;

    private final Deque<ByteBuffer> queue = new ArrayDeque<>();
    private long queuedBytes;
    private boolean awaitsWritable;

    /**
     * Starts a connection: sends the greeting.
     *
     * @param in a connected channel, not blocking
     * @param out the same channel
     * @param interestOps sets the operations that the selector waits for, which are to read at first
     * @param maxFrameBytes a peer that sends a larger frame is in error
     */
    public ZmtpConnection(
            ReadableByteChannel in,
            GatheringByteChannel out,
            IntConsumer interestOps,
            Mechanism mechanism,
            long maxFrameBytes,
            Listener listener)
            throws IOException {
        this.in = in;
        this.out = out;
        this.interestOps = interestOps;
        this.mechanism = mechanism;
        this.maxFrameBytes = maxFrameBytes;
        this.listener = listener;
        enqueue(ByteBuffer.wrap(greeting()));
        byte[] command = mechanism.firstCommand();
        if (command != null) {
            enqueue(new ZmtpFrame(ZmtpFrame.COMMAND, command));
        }
        flush();
    }

    private byte[] greeting() {
        ByteBuffer greeting = ByteBuffer.allocate(GREETING_BYTES);
        greeting.put((byte) 0xff).putLong(1).put((byte) 0x7f).put(MAJOR_VERSION).put((byte) 0);
        greeting.put(mechanism.name().getBytes(StandardCharsets.US_ASCII));
        greeting.put(MECHANISM_OFFSET + MECHANISM_BYTES, (byte) (mechanism.isServer() ? 1 : 0));
        return greeting.array();
    }

    // ---- receiving

    /**
     * Reads and processes what has arrived.
     *
     * @param buffer for the bytes that are read; has no content before and after
     * @throws IOException if the connection has failed, the peer has closed it, or it does not follow the protocol
     */
    public void read(ByteBuffer buffer) throws IOException {
        boolean drained = false;
        for (int reads = 0; reads < MAX_READS && !drained && state != State.CLOSED; reads++) {
            int count = in.read(buffer.clear());
            if (count < 0) {
                throw new EOFException("the peer has closed the connection");
            }
            drained = buffer.hasRemaining();
            receive(buffer.flip());
        }
    }

    private void receive(ByteBuffer data) throws IOException {
        while (state != State.CLOSED) {
            byte[] target = body;
            if (target == null) {
                if (!readHeader(data)) {
                    return;
                }
                target = new byte[(int) Math.min(length, INITIAL_BODY_BYTES)];
            }
            body = fill(target, data);
            if (filled < length) {
                return;
            }
            byte[] complete = body;
            body = null;
            filled = 0;
            process(complete);
        }
    }

    /** Reads the header of a frame; returns false if it has not arrived completely. */
    private boolean readHeader(ByteBuffer data) throws ProtocolException {
        while (data.hasRemaining()) {
            header.put(data.get());
            boolean isLong = (header.get(0) & WIRE_LONG) != 0;
            if (header.position() == (isLong ? MAX_HEADER_BYTES : 2)) {
                flags = header.get(0);
                length = isLong ? header.getLong(1) : Byte.toUnsignedInt(header.get(1));
                header.clear();
                long limit = state == State.ESTABLISHED ? maxFrameBytes : MAX_HANDSHAKE_BYTES;
                if (length < 0 || length > limit) {
                    throw new ProtocolException(
                            "a frame of " + Long.toUnsignedString(length) + " bytes; the maximum is " + limit);
                }
                return true;
            }
        }
        return false;
    }

    private byte[] fill(byte[] target, ByteBuffer data) {
        byte[] current = target;
        while (filled < length && data.hasRemaining()) {
            if (filled == current.length) {
                current = Arrays.copyOf(current, (int) Math.min(length, 2L * current.length));
            }
            int count = Math.min(data.remaining(), current.length - filled);
            data.get(current, filled, count);
            filled += count;
        }
        return current;
    }

    private void process(byte[] complete) throws IOException {
        if (state == State.GREETING) {
            checkGreeting(complete);
            state = State.HANDSHAKE;
            return;
        }
        ZmtpFrame frame = new ZmtpFrame(
                ((flags & WIRE_MORE) != 0 ? ZmtpFrame.MORE : 0) | ((flags & WIRE_COMMAND) != 0 ? ZmtpFrame.COMMAND : 0),
                complete);
        if (state == State.HANDSHAKE) {
            handshake(frame);
            return;
        }
        ZmtpFrame decoded = mechanism.decode(frame);
        if (decoded.isCommand()) {
            handleCommand(decoded.body());
        } else {
            listener.received(decoded.body(), decoded.hasMore());
        }
    }

    private void checkGreeting(byte[] greeting) throws ProtocolException {
        boolean valid = greeting[0] == (byte) 0xff && (greeting[SIGNATURE_BYTES - 1] & 1) != 0;
        if (!valid || greeting[SIGNATURE_BYTES] < MAJOR_VERSION) {
            throw new ProtocolException("the peer does not use ZMTP 3");
        }
        byte[] name = Arrays.copyOf(mechanism.name().getBytes(StandardCharsets.US_ASCII), MECHANISM_BYTES);
        if (!Arrays.equals(name, Arrays.copyOfRange(greeting, MECHANISM_OFFSET, MECHANISM_OFFSET + MECHANISM_BYTES))) {
            throw new ProtocolException("the peer does not use the security mechanism " + mechanism.name());
        }
    }

    private void handshake(ZmtpFrame frame) throws IOException {
        if (!frame.isCommand()) {
            throw new ProtocolException("a message before the end of the handshake");
        }
        byte[] response = mechanism.handshake(frame.body());
        if (response != null) {
            enqueue(new ZmtpFrame(ZmtpFrame.COMMAND, response));
        }
        if (mechanism.isComplete()) {
            state = State.ESTABLISHED;
            listener.handshaken();
        }
        flush();
    }

    /** Responds to a ping; other commands have no meaning for these sockets. */
    private void handleCommand(byte[] command) throws IOException {
        if (Command.is(command, "PING") && hasRoom()) {
            ByteBuffer data = Command.data(command, "PING", Short.BYTES);
            byte[] context = new byte[Math.min(MAX_PING_CONTEXT, data.remaining() - Short.BYTES)];
            data.position(Short.BYTES).get(context);
            enqueue(mechanism.encode(new ZmtpFrame(ZmtpFrame.COMMAND, Command.of("PONG", context))));
            flush();
        }
    }

    // ---- sending

    /** Queues a message of one part. It is written by {@link #flush}. */
    public void send(byte[] message) {
        enqueue(mechanism.encode(new ZmtpFrame(0, message)));
    }

    /** Returns whether another message should be sent now; if not, there will be room after a {@link #flush}. */
    public boolean hasRoom() {
        return queuedBytes < MAX_QUEUED_BYTES;
    }

    private void enqueue(ZmtpFrame frame) {
        int size = frame.body().length;
        boolean isLong = size > 255;
        int wireFlags =
                (frame.hasMore() ? WIRE_MORE : 0) | (isLong ? WIRE_LONG : 0) | (frame.isCommand() ? WIRE_COMMAND : 0);
        ByteBuffer newHeader =
                ByteBuffer.allocate(isLong ? MAX_HEADER_BYTES : 2).put((byte) wireFlags);
        enqueue((isLong ? newHeader.putLong(size) : newHeader.put((byte) size)).flip());
        enqueue(ByteBuffer.wrap(frame.body()));
    }

    private void enqueue(ByteBuffer bytes) {
        queue.add(bytes);
        queuedBytes += bytes.remaining();
    }

    /**
     * Writes as much as the socket accepts. The rest follows when it is writable again, which wakes the event loop.
     *
     * @throws IOException if the connection has failed
     */
    public void flush() throws IOException {
        if (state == State.CLOSED || queue.isEmpty()) {
            return;
        }
        boolean accepts = true;
        for (int writes = 0; writes < MAX_WRITES && accepts && !queue.isEmpty(); writes++) {
            accepts = write();
        }
        if (awaitsWritable == queue.isEmpty()) {
            awaitsWritable = !awaitsWritable;
            interestOps.accept(SelectionKey.OP_READ | (awaitsWritable ? SelectionKey.OP_WRITE : 0));
        }
    }

    /** Writes the next bytes of the queue; returns whether the socket has accepted all of them. */
    private boolean write() throws IOException {
        List<ByteBuffer> next = new ArrayList<>();
        ByteBuffer last = queue.getFirst();
        long size = 0;
        for (Iterator<ByteBuffer> each = queue.iterator(); size < MAX_WRITE_BYTES && each.hasNext(); ) {
            last = each.next();
            next.add(last);
            size += last.remaining();
        }
        int excess = (int) Math.max(0, size - MAX_WRITE_BYTES);
        last.limit(last.limit() - excess);
        long written = out.write(next.toArray(ByteBuffer[]::new));
        last.limit(last.limit() + excess);
        queuedBytes -= written;
        while (!queue.isEmpty() && !queue.getFirst().hasRemaining()) {
            queue.removeFirst();
        }
        return written == size - excess;
    }

    /** Closes the connection. May be called again. */
    public void close() {
        state = State.CLOSED;
        queue.clear();
        queuedBytes = 0;
        try {
            out.close();
        } catch (IOException e) {
            // it is closed in any case
        }
    }
}
