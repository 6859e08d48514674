package dev.ginkgo.zeromq;

import dev.ginkgo.time.TimeSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/**
 * The selector of an event loop. Its handlers are called by the thread of the event loop. Any number of wake-ups while it is
 * awake costs no system call.
 */
final class EventSelector implements AutoCloseable {
    private static final int READ_BUFFER_BYTES = 64 * 1024;

    /** Handles a channel on which an operation is possible. */
    interface Handler {
        void ready(SelectionKey key, long now);
    }

    private final Selector selector;

    /**
     * Wakes the thread of the event loop. {@link Selector#wakeup} would hold a lock while it does so, for which the thread that it wakes
     * waits.
     */
    private final Pipe pipe;

    private final TimeSource timeSource;
    private final ByteBuffer readBuffer = ByteBuffer.allocateDirect(READ_BUFFER_BYTES);
    private final AtomicBoolean woken = new AtomicBoolean();
    private volatile boolean asleep;
    private final LongAdder interrupts = new LongAdder();

    EventSelector(TimeSource timeSource) throws IOException {
        this.timeSource = timeSource;
        selector = Selector.open();
        pipe = Pipe.open();
        pipe.source().configureBlocking(false);
        pipe.sink().configureBlocking(false);
        register(pipe.source(), SelectionKey.OP_READ, (_, _) -> drain());
    }

    /** Wakes the event loop, or keeps it from going to sleep. Any thread. */
    void wake() {
        if (!woken.getAndSet(true) && asleep) {
            interrupts.increment();
            try {
                pipe.sink().write(ByteBuffer.wrap(new byte[] {1}));
            } catch (IOException closed) {
                // The event loop has ended.
            }
        }
    }

    private void drain() {
        try {
            pipe.source().read(readBuffer.clear());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns how often the thread was woken from its sleep by {@link #wake}. */
    long interrupts() {
        return interrupts.sum();
    }

    SelectionKey register(SelectableChannel channel, int operations, Handler handler) throws IOException {
        return channel.register(selector, operations, handler);
    }

    /** Returns the buffer for reading from channels; it has no content between calls. */
    ByteBuffer readBuffer() {
        return readBuffer;
    }

    /** Waits until an operation is possible, {@link #wake} is called, or the time has elapsed; then calls the handlers. */
    void select(long timeoutMillis) throws IOException {
        asleep = true; // before the check: a thread that wakes sees one or the other
        if (woken.get()) {
            selector.selectNow();
        } else {
            selector.select(timeoutMillis);
        }
        asleep = false;
        woken.set(false); // before the work is looked for
        long now = timeSource.nanos();
        for (SelectionKey key : selector.selectedKeys()) {
            if (key.isValid()) { // a previous handler may have closed it
                ((Handler) key.attachment()).ready(key, now);
            }
        }
        selector.selectedKeys().clear();
    }

    @Override
    public void close() throws IOException {
        pipe.sink().close();
        pipe.source().close();
        selector.close();
    }
}
