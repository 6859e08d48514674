package dev.ginkgo.zeromq;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import java.util.concurrent.atomic.AtomicBoolean;

/** Wakes the event loop thread from its poll through a pipe. Any number of calls while it is awake write one byte. */
final class SelectorWakeup implements AutoCloseable {
    private final Pipe pipe;
    private final AtomicBoolean pending = new AtomicBoolean();
    private final ByteBuffer buffer = ByteBuffer.allocate(16);

    SelectorWakeup() throws IOException {
        pipe = Pipe.open();
        pipe.source().configureBlocking(false);
        pipe.sink().configureBlocking(false);
    }

    SelectableChannel channel() {
        return pipe.source();
    }

    /** Wakes the event loop. Any thread. */
    void wake() {
        if (pending.compareAndSet(false, true)) {
            try {
                pipe.sink().write(ByteBuffer.wrap(new byte[] {1}));
            } catch (IOException closed) {
                // The event loop has ended.
            }
        }
    }

    /**
     * Rearms the wake-up. Called by the event loop thread when it is awake, before it checks for work. The pipe is
     * always drained, whatever the flag says: a byte may be written some time after the flag was set, and would
     * otherwise wake the event loop forever.
     */
    void reset() {
        pending.set(false);
        try {
            while (pipe.source().read(buffer.clear()) == buffer.capacity()) {}
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        pipe.sink().close();
        pipe.source().close();
    }
}
