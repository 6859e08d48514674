package dev.ginkgo.hub.http.tls;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads for the signatures and key exchanges of handshakes, which would delay the streams of an event loop. They use at most
 * half of the processors, so that many handshakes do not delay the streams either. A connection has at most one task at a
 * time, which is empty when the connection is closed; so the limits for connections limit the memory of the queue. A thread
 * that has nothing to do ends.
 */
public final class TlsThreads implements Executor, AutoCloseable {
    private static final int IDLE_SECONDS = 10;

    private final ThreadPoolExecutor executor;

    /**
     * Creates the pool, without threads.
     *
     * @param name prefix of the thread names; a number follows
     */
    public TlsThreads(String name) {
        int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
        AtomicInteger count = new AtomicInteger();
        executor = new ThreadPoolExecutor(
                threads, threads, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, name + count.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
    }

    @Override
    public void execute(Runnable task) {
        executor.execute(task);
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
