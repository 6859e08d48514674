package dev.ginkgo.hub.compression;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Compressors for any number of streams. A compressor takes about 270 KB, and is used for one block at a time; there are as many as
 * threads that compress at the same time, and none before the first block. Thread-safe.
 */
public final class CompressorPool implements AutoCloseable {
    private final Queue<Compressor> idle = new ConcurrentLinkedQueue<>();
    private volatile boolean closed;

    /** Creates a pool without compressors. */
    public CompressorPool() {}

    /** Calls a function with a compressor that no other thread uses, and returns its result. */
    public <T> T apply(Function<Compressor, T> function) {
        Compressor compressor = idle.poll();
        if (compressor == null) {
            compressor = new Compressor();
        }
        try {
            return function.apply(compressor);
        } finally {
            idle.add(compressor);
            if (closed) {
                closeIdle();
            }
        }
    }

    /** Calls an action with a compressor that no other thread uses. */
    public void use(Consumer<Compressor> action) {
        apply(compressor -> {
            action.accept(compressor);
            return true;
        });
    }

    private void closeIdle() {
        for (Compressor each = idle.poll(); each != null; each = idle.poll()) {
            each.close();
        }
    }

    /** Releases the memory of the compressors: of one in use at the end of its use. */
    @Override
    public void close() {
        closed = true;
        closeIdle();
    }
}
