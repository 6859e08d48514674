package dev.ginkgo.hub.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Threads that read, each from its peer, while the test publishes. */
public final class ReaderThreads {
    private final List<FutureTask<Boolean>> reading = new ArrayList<>();

    @FunctionalInterface
    public interface ReadScript {
        void read(ChunkedStreamClient chunkedStreamClient) throws Exception;
    }

    private ReaderThreads() {}

    public static ReaderThreads of(List<ChunkedStreamClient> peers, ReadScript readScript) {
        ReaderThreads readerThreads = new ReaderThreads();
        for (ChunkedStreamClient chunkedStreamClient : peers) {
            FutureTask<Boolean> task = new FutureTask<>(() -> {
                readScript.read(chunkedStreamClient);
                return true;
            });
            readerThreads.reading.add(task);
            Thread.ofVirtual().start(task);
        }
        return readerThreads;
    }

    /** Waits until all are through; fails if one has failed. */
    public void join() throws InterruptedException, ExecutionException, TimeoutException {
        for (FutureTask<Boolean> each : reading) {
            each.get(60, TimeUnit.SECONDS);
        }
    }
}
