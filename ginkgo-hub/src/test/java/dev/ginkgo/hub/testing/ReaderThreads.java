package dev.ginkgo.hub.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Threads that each run a script on one client, while the test publishes. */
public final class ReaderThreads {
    private final List<FutureTask<Boolean>> tasks = new ArrayList<>();

    /** Script for one client; an exception fails the test. */
    @FunctionalInterface
    public interface ReadScript {
        void read(ChunkedStreamClient chunkedStreamClient) throws Exception;
    }

    private ReaderThreads() {}

    public static ReaderThreads of(List<ChunkedStreamClient> clients, ReadScript readScript) {
        ReaderThreads readerThreads = new ReaderThreads();
        for (ChunkedStreamClient chunkedStreamClient : clients) {
            FutureTask<Boolean> task = new FutureTask<>(() -> {
                readScript.read(chunkedStreamClient);
                return true;
            });
            readerThreads.tasks.add(task);
            Thread.ofVirtual().start(task);
        }
        return readerThreads;
    }

    /** Waits until all scripts have completed; fails if one failed. */
    public void join() throws InterruptedException, ExecutionException, TimeoutException {
        for (FutureTask<Boolean> each : tasks) {
            each.get(60, TimeUnit.SECONDS);
        }
    }
}
