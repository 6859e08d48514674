package dev.ginkgo.internal.engine;

import dev.ginkgo.internal.concurrent.WaitQueue;
import dev.ginkgo.lifecycle.TaskHandle;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.Optional;

/**
 * Handle on a task that a service spawned.
 *
 * @param waitQueue signalled when the task has ended
 */
record SpawnedTask(Task task, WaitQueue waitQueue, TimeSource time) implements TaskHandle {

    @Override
    public String name() {
        return task.name();
    }

    @Override
    public boolean isRunning() {
        return !task.hasEnded();
    }

    @Override
    public void cancel() {
        task.cancel();
    }

    @Override
    public void join() throws InterruptedException {
        awaitEnd(WaitQueue.never(time));
    }

    @Override
    public boolean join(Duration atMost) throws InterruptedException {
        return awaitEnd(WaitQueue.deadlineAfter(time, atMost));
    }

    private boolean awaitEnd(long deadline) throws InterruptedException {
        if (task.isCurrent()) {
            throw new IllegalStateException(task + " cannot wait for its own end; return from the task instead");
        }
        return waitQueue.await(() -> task.hasEnded() ? true : null, time, deadline) != null;
    }

    @Override
    public Optional<Throwable> failure() {
        return Optional.ofNullable(task.failure());
    }

    @Override
    public String toString() {
        return task.toString();
    }
}
