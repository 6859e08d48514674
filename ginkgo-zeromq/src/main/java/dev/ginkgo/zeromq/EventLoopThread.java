package dev.ginkgo.zeromq;

import dev.ginkgo.lifecycle.TaskBody;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Platform thread that runs an event loop, whose sockets must be used by one thread only. It is never interrupted: an
 * interrupt would close the NIO channels that it is using.
 */
final class EventLoopThread implements AutoCloseable {
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

    private final CompletableFuture<Void> completion = new CompletableFuture<>();
    private final Runnable stop;
    private final Thread thread;

    /**
     * Starts the thread.
     *
     * @param eventLoop the event loop; must return soon after {@code stop} was called
     * @param stop makes the event loop return; called by {@link #close}
     */
    EventLoopThread(String name, TaskBody eventLoop, Runnable stop) {
        this.stop = stop;
        thread = Thread.ofPlatform().daemon().name(name).start(() -> {
            try {
                eventLoop.run();
                completion.complete(null);
            } catch (Throwable e) {
                completion.completeExceptionally(e);
            }
        });
    }

    /**
     * Waits until the thread terminates; throws if it failed. Run as a task of the service, it turns a failure of the
     * thread into a failure of the service.
     */
    void awaitFailure() throws Exception {
        try {
            completion.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("thread " + thread.getName() + " failed", e.getCause());
        }
    }

    /**
     * Stops the event loop, and waits until the thread has terminated.
     *
     * @throws IllegalStateException if it has not terminated after 10 seconds
     */
    @Override
    public void close() {
        stop.run();
        boolean terminated = false;
        try {
            terminated = thread.join(STOP_TIMEOUT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!terminated) {
            throw new IllegalStateException("thread " + thread.getName() + " did not terminate within "
                    + STOP_TIMEOUT.toSeconds() + " s; take a thread dump to see what it is doing");
        }
    }
}
