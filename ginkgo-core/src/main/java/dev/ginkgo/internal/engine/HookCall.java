package dev.ginkgo.internal.engine;

import dev.ginkgo.config.Durations;
import dev.ginkgo.internal.concurrent.Deadline;
import dev.ginkgo.lifecycle.TaskBody;
import dev.ginkgo.time.TimeSource;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Calls user code of a service on a thread of its own, for a limited time. */
final class HookCall {
    private record Ended(@Nullable Throwable escaped) {}

    private HookCall() {}

    /**
     * Calls it and waits. At the deadline it is interrupted; if it does not end then, it stays behind among the
     * run's tasks, where the stop reports it.
     *
     * @return what it threw, or a {@link TimeoutException} with the stack of where it was
     */
    static @Nullable Throwable call(ServiceNode node, ServiceRun run, String name, TaskBody body, Deadline deadline) {
        AtomicReference<@Nullable Ended> ended = new AtomicReference<>();
        Task task = run.begin(name, body, escaped -> ended.set(new Ended(escaped)));
        return await(node, task, name, ended, deadline);
    }

    /** The same with {@code onReload}, which gives way to a stop: then it is left out, or interrupted. */
    static @Nullable Throwable reload(ServiceNode node, ServiceRun run, TaskBody body, Deadline deadline) {
        if (node.waiters().awaitUninterruptibly(() -> run.isReloading() ? null : true, TimeSource.system(), deadline.nanos())
                == null) {
            return new HookException(node.path() + ": onReload was left out, for the one before still runs");
        }
        AtomicReference<@Nullable Ended> ended = new AtomicReference<>();
        Task task = run.beginReload(body, escaped -> ended.set(new Ended(escaped)));
        Throwable escaped = task == null ? null : await(node, task, "onReload", ended, deadline);
        return run.isPastReloads() ? null : escaped;
    }

    private static @Nullable Throwable await(
            ServiceNode node, Task task, String name, AtomicReference<@Nullable Ended> ended, Deadline deadline) {
        Ended end = node.waiters().awaitUninterruptibly(ended::get, TimeSource.system(), deadline.nanos());
        if (end != null) {
            return end.escaped;
        }
        TimeoutException late = new TimeoutException(name + " had not returned after "
                + Durations.shortly(task.info().age()));
        late.setStackTrace(task.stack().toArray(StackTraceElement[]::new));
        task.interrupt();
        node.waiters()
                .awaitUninterruptibly(
                        ended::get, TimeSource.system(), deadline.withGrace().nanos());
        return late;
    }
}
