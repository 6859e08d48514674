package dev.ginkgo.internal.engine;

import dev.ginkgo.lifecycle.Leak;
import dev.ginkgo.lifecycle.TaskBody;
import dev.ginkgo.lifecycle.TaskInfo;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Thread of a tree, named {@code path#name}: a task or a hook of a service, or internal work of the engine. */
final class Task {
    private final String path;
    private final String name;
    private final Thread thread;
    private final long since = TimeSource.system().nanos();

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
        this.path = path;
        this.name = name;
        this.thread = threads.newThread(() -> {
            Throwable escaped = null;
            try {
                taskBody.run();
            } catch (Throwable t) {
                escaped = t;
            }
            atEnd.accept(this, escaped);
        });
        thread.setName(path + "#" + name);
    }

    void start() {
        thread.start();
    }

    void interrupt() {
        thread.interrupt();
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

    private Duration age() {
        return Duration.ofNanos(TimeSource.system().nanos() - since);
    }
}
