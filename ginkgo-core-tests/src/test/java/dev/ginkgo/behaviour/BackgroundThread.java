package dev.ginkgo.behaviour;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A thread outside the tree that runs an action while the test continues. */
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

    /** The action of the thread. */
    @FunctionalInterface
    public interface Action {
        void run() throws Exception;
    }

    public static BackgroundThread run(Action action) {
        BackgroundThread backgroundThread = new BackgroundThread(action);
        backgroundThread.thread.start();
        return backgroundThread;
    }

    /** Waits up to ten seconds for the end of the action. Returns its exception, or null if it returned normally. */
    public @Nullable Throwable awaitThrown() {
        try {
            return end.get(10, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            AssertionError stuck = new AssertionError("still running after 10 s: " + thread);
            stuck.setStackTrace(thread.getStackTrace());
            throw stuck;
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    public boolean isDone() {
        return end.isDone();
    }

    /** Returns whether the thread is waiting. */
    public boolean isParked() {
        Thread.State state = thread.getState();
        return state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING;
    }

    public void interrupt() {
        thread.interrupt();
    }
}
