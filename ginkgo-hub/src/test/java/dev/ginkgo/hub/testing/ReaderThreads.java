package dev.ginkgo.hub;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Threads that read, each from its peer, while the test publishes. */
final class Readers {
    private final List<FutureTask<Boolean>> reading = new ArrayList<>();

    @FunctionalInterface
    interface Script {
        void read(Peer peer) throws Exception;
    }

    private Readers() {}

    static Readers of(List<Peer> peers, Script script) {
        Readers readers = new Readers();
        for (Peer peer : peers) {
            FutureTask<Boolean> task = new FutureTask<>(() -> {
                script.read(peer);
                return true;
            });
            readers.reading.add(task);
            Thread.ofVirtual().start(task);
        }
        return readers;
    }

    /** Waits until all are through; fails if one has failed. */
    void join() throws InterruptedException, ExecutionException, TimeoutException {
        for (FutureTask<Boolean> each : reading) {
            each.get(60, TimeUnit.SECONDS);
        }
    }
}
