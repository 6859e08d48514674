package dev.ginkgo.internal.engine;

import dev.ginkgo.lifecycle.Leak;
import dev.ginkgo.lifecycle.TaskBody;
import dev.ginkgo.lifecycle.TaskInfo;
import dev.ginkgo.lifecycle.TaskType;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/** Thread of a tree, named {@code path#name}: a task or a hook of a service, or internal work of the engine. */
final class Task {
    /** Key of the logging context that has the path of the service as its value. */
    private static final String SERVICE_KEY = "service";

    private final String path;
    private final String name;
    private final Thread thread;
    private final TaskType type;
    private final long since = TimeSource.system().nanos();
    private volatile boolean cancelled;
    private volatile boolean ended;
    private volatile @Nullable Throwable failure;

    /**
     * Creates a task without starting it.
     *
     * @param threads creates the thread of the task
     * @param atEnd called once, on the thread of the task, with the exception that escaped the body, or null
     */
    Task(
            String path,
            String name,
            ThreadFactory threads,
            TaskBody taskBody,
            BiConsumer<Task, @Nullable Throwable> atEnd) {
        this(path, name, TaskType.TRANSIENT, threads, taskBody, atEnd);
    }

    Task(
            String path,
            String name,
            TaskType type,
            ThreadFactory threads,
            TaskBody taskBody,
            BiConsumer<Task, @Nullable Throwable> atEnd) {
        this.path = path;
        this.name = name;
        this.type = type;
        this.thread = threads.newThread(() -> {
            MDC.put(SERVICE_KEY, path); // ends with the thread
            Throwable escaped = null;
            try {
                taskBody.run();
            } catch (Throwable t) {
                escaped = t;
                failure = t;
            }
            atEnd.accept(this, escaped);
        });
        thread.setName(toString());
    }

    void start() {
        thread.start();
    }

    void interrupt() {
        thread.interrupt();
    }

    /** Interrupts the task; from now on its end does not fail the service. */
    void cancel() {
        cancelled = true;
        thread.interrupt();
    }

    boolean isCancelled() {
        return cancelled;
    }

    TaskType type() {
        return type;
    }

    /** Records that the service has released the task. */
    void markEnded() {
        ended = true;
    }

    boolean hasEnded() {
        return ended;
    }

    /** Returns the exception that escaped the body; null if there is none, or not yet. */
    @Nullable
    Throwable failure() {
        return ended ? failure : null;
    }

    boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    String name() {
        return name;
    }

    List<StackTraceElement> stack() {
        return List.of(thread.getStackTrace());
    }

    Leak leak() {
        return new Leak(path, name, age(), stack());
    }

    TaskInfo info() {
        return new TaskInfo(path, name, age(), thread);
    }

    @Override
    public String toString() {
        return path + "#" + name;
    }

    private Duration age() {
        return Duration.ofNanos(TimeSource.system().nanos() - since);
    }
}
