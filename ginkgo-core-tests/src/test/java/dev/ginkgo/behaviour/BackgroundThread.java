package dev.ginkgo.behaviour;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Something that a thread outside the tree does while the test goes on. */
public final class BackgroundThread {
    private final CompletableFuture<@Nullable Throwable> end = new CompletableFuture<>();
    private final Thread thread;

    private BackgroundThread(Action action) {
        thread = Thread.ofPlatform().daemon().unstarted(() -> {
            Throwable thrown = null;
            try {
                action.run();
            } catch (Throwable t) {
                thrown = t;
            }
            end.complete(thrown);
        });
    }

    /** What is done. */
    @FunctionalInterface
    public interface Action {
        void run() throws Exception;
    }

    public static BackgroundThread run(Action action) {
        BackgroundThread backgroundThread = new BackgroundThread(action);
        backgroundThread.thread.start();
        return backgroundThread;
    }

    /** Waits for the end, at most ten seconds; returns what was thrown, if anything was. */
    public @Nullable Throwable awaitThrown() {
        try {
            return end.get(10, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            AssertionError stuck = new AssertionError("still there after 10 s: " + thread);
            stuck.setStackTrace(thread.getStackTrace());
            throw stuck;
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    public boolean isDone() {
        return end.isDone();
    }

    /** Whether it waits for something. */
    public boolean isParked() {
        Thread.State state = thread.getState();
        return state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING;
    }

    public void interrupt() {
        thread.interrupt();
    }
}
