package dev.ginkgo.zeromq;

import dev.ginkgo.lifecycle.TaskBody;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * A platform thread that owns something which may be used by one thread only, for as long as it lives. It is never
 * interrupted: that would close the channels under it.
 */
final class EventLoopThread implements AutoCloseable {
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private final Runnable stop;
    private final Thread thread;

    /**
     * Starts it.
     *
     * @param work returns soon after {@code stop} was called
     */
    EventLoopThread(String name, TaskBody work, Runnable stop) {
        this.stop = stop;
        thread = Thread.ofPlatform().daemon().name(name).start(() -> {
            try {
                work.run();
                end.complete(null);
            } catch (Throwable e) {
                end.completeExceptionally(e);
            }
        });
    }

    /** Waits for its end, and throws what it ended with. A task, through which a failure becomes the service's. */
    void awaitFailure() throws Exception {
        try {
            end.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the thread " + thread.getName() + " has failed", e.getCause());
        }
    }

    @Override
    public void close() {
        stop.run();
        boolean ended = false;
        try {
            ended = thread.join(STOP_TIMEOUT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!ended) {
            throw new IllegalStateException("the thread " + thread.getName() + " has not ended within "
                    + STOP_TIMEOUT.toSeconds() + " s; what holds it up stands in a thread dump");
        }
    }
}
