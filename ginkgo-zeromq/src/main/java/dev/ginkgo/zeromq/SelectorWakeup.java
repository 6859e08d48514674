package dev.ginkgo.zeromq;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import java.util.concurrent.atomic.AtomicBoolean;

/** Wakes the owner thread from its poll. A thousand calls while it is awake are one byte in a pipe. */
final class SelectorWakeup implements AutoCloseable {
    private final Pipe pipe;
    private final AtomicBoolean pending = new AtomicBoolean();
    private final ByteBuffer in = ByteBuffer.allocate(16);

    SelectorWakeup() throws IOException {
        pipe = Pipe.open();
        pipe.source().configureBlocking(false);
        pipe.sink().configureBlocking(false);
    }

    SelectableChannel channel() {
        return pipe.source();
    }

    /** Any thread. */
    void wake() {
        if (pending.compareAndSet(false, true)) {
            try {
                pipe.sink().write(ByteBuffer.wrap(new byte[] {1}));
            } catch (IOException closed) {
                // Then there is nobody to wake.
            }
        }
    }

    /**
     * The owner is awake, and is about to look at everything. The pipe is emptied whether it was rung or not: a byte may
     * come a while after it was said that it does, and would keep the owner awake for ever.
     */
    void reset() {
        pending.set(false);
        try {
            while (pipe.source().read(in.clear()) == in.capacity()) {}
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
