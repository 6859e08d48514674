package dev.ginkgo.lifecycle;

import java.time.Duration;
import java.util.Optional;

/** Handle on one task of a service, returned by the methods that start tasks. May be used from any thread. */
public interface TaskHandle {

    /** Returns the name of the task within its service. */
    String name();

    /** Returns whether the task has not ended yet. */
    boolean isRunning();

    /**
     * Requests that the task ends, by interrupting its thread, and returns at once. What escapes the task from now on is
     * logged at debug level and does not fail the service, whatever the {@link TaskType}. Has no effect on a task that
     * has ended.
     */
    void cancel();

    /**
     * Waits until the task has ended, in the time of the tree, and its service has been notified of a failure.
     *
     * @throws IllegalStateException if the task itself calls this method
     */
    void join() throws InterruptedException;

    /**
     * Waits like {@link #join()}, but not longer than {@code atMost}.
     *
     * @return whether the task has ended
     */
    boolean join(Duration atMost) throws InterruptedException;

    /** Returns the exception that escaped the task; empty while the task runs, and if it returned. */
    Optional<Throwable> failure();
}
