import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * Subscribers of a channel in one thread, which count the messages {@code #NUMBER.} and check that each receives the numbers without gap
 * and without repetition. They read lines, and no other text of a stream contains a number sign.
 */
final class StreamCounter implements AutoCloseable {
    private final Selector selector = Selector.open();
    private final Thread reader = new Thread(this::read, "stream-counter");
    private final AtomicLong received = new AtomicLong();
    private final LongAdder faults = new LongAdder();
    private final LongAdder responses = new LongAdder();
    private volatile boolean closed;

    /** State of one subscriber; confined to the thread. */
    private static final class Stream {
        long next;
        long number;
        boolean inNumber;
        boolean responded;
    }

    StreamCounter() throws IOException {}

    /** Connects a subscriber. Call before {@link #start}. */
    void subscribe(String host, String channel) throws IOException {
        SocketChannel socket = SocketChannel.open();
        socket.setOption(StandardSocketOptions.SO_RCVBUF, 16 << 10);
        socket.connect(new InetSocketAddress(host, 8088));
        socket.write(ByteBuffer.wrap(("GET " + channel + " HTTP/1.1\r\nHost: " + host + ":8088\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1)));
        socket.configureBlocking(false);
        socket.register(selector, SelectionKey.OP_READ, new Stream());
    }

    void start() {
        reader.setDaemon(true);
        reader.start();
    }

    /** Returns how many subscribers have received the beginning of their response. */
    long responses() {
        return responses.sum();
    }

    /** Returns the number of messages received, over all subscribers. */
    long received() {
        return received.get();
    }

    /** Returns the number of messages that were not the next one, of control events, and of streams that ended. */
    long faults() {
        return faults.sum();
    }

    private void read() {
        ByteBuffer buffer = ByteBuffer.allocateDirect(64 << 10);
        try {
            while (!closed) {
                selector.select(key -> read(key, buffer));
            }
        } catch (IOException e) {
            faults.increment();
        }
    }

    private void read(SelectionKey key, ByteBuffer buffer) {
        Stream stream = (Stream) key.attachment();
        try {
            if (((SocketChannel) key.channel()).read(buffer.clear()) < 0) {
                key.cancel();
                faults.increment();
            }
        } catch (IOException e) {
            key.cancel();
            faults.increment();
        }
        if (!stream.responded) {
            stream.responded = true;
            responses.increment();
        }
        buffer.flip();
        long count = 0;
        while (buffer.hasRemaining()) {
            byte next = buffer.get();
            if (stream.inNumber && next >= '0' && next <= '9') {
                stream.number = stream.number * 10 + next - '0';
            } else if (stream.inNumber && next == '.') {
                stream.inNumber = false;
                count++;
                if (stream.number != stream.next) {
                    faults.increment();
                }
                stream.next = stream.number + 1;
            } else if (next == '#') {
                stream.inNumber = true;
                stream.number = 0;
            } else if (next == 0x1e) {
                faults.increment();
            }
        }
        received.addAndGet(count);
    }

    @Override
    public void close() throws IOException {
        closed = true;
        selector.wakeup();
        try {
            reader.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
        selector.close();
    }
}
