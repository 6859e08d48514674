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
    static @Nullable Throwable run(
            ServiceNode serviceNode, ServiceRun serviceRun, String name, TaskBody taskBody, Deadline deadline) {
        AtomicReference<@Nullable Ended> ended = new AtomicReference<>();
        Task task = serviceRun.startHookTask(name, taskBody, escaped -> ended.set(new Ended(escaped)));
        return await(serviceNode, task, name, ended, deadline);
    }

    /** The same with {@code onReload}, which gives way to a stop: then it is left out, or interrupted. */
    static @Nullable Throwable reload(
            ServiceNode serviceNode, ServiceRun serviceRun, TaskBody taskBody, Deadline deadline) {
        if (serviceNode
                        .waitQueue()
                        .awaitUninterruptibly(
                                () -> serviceRun.isReloading() ? null : true, TimeSource.system(), deadline.nanos())
                == null) {
            return new HookException(serviceNode.path() + ": onReload was left out, for the one before still runs");
        }
        AtomicReference<@Nullable Ended> ended = new AtomicReference<>();
        Task task = serviceRun.beginReload(taskBody, escaped -> ended.set(new Ended(escaped)));
        Throwable escaped = task == null ? null : await(serviceNode, task, "onReload", ended, deadline);
        return serviceRun.areReloadsEnded() ? null : escaped;
    }

    private static @Nullable Throwable await(
            ServiceNode serviceNode,
            Task task,
            String name,
            AtomicReference<@Nullable Ended> ended,
            Deadline deadline) {
        Ended end = serviceNode.waitQueue().awaitUninterruptibly(ended::get, TimeSource.system(), deadline.nanos());
        if (end != null) {
            return end.escaped;
        }
        TimeoutException late = new TimeoutException(name + " had not returned after "
                + Durations.toHumanString(task.info().age()));
        late.setStackTrace(task.stack().toArray(StackTraceElement[]::new));
        task.interrupt();
        serviceNode
                .waitQueue()
                .awaitUninterruptibly(
                        ended::get, TimeSource.system(), deadline.withGrace().nanos());
        return late;
    }
}
