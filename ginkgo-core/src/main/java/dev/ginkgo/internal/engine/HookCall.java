package dev.ginkgo.internal.engine;

import dev.ginkgo.config.Durations;
import dev.ginkgo.internal.concurrent.Deadline;
import dev.ginkgo.lifecycle.TaskBody;
import dev.ginkgo.time.TimeSource;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Calls a hook of a service on a thread of its own, with a time limit. */
final class HookCall {
    private record Completion(@Nullable Throwable thrown) {}

    private HookCall() {}

    /**
     * Calls a hook and waits for it. At the deadline, which may be shortened during the call, the thread is interrupted; if it does not end, it remains among
     * the tasks of the run, where the stop reports it.
     *
     * @return what the hook threw, a {@link TimeoutException} with its stack trace, or null
     */
    static @Nullable Throwable run(
            ServiceNode serviceNode,
            ServiceRun serviceRun,
            String name,
            TaskBody taskBody,
            Supplier<Deadline> deadline) {
        AtomicReference<@Nullable Completion> completion = new AtomicReference<>();
        Task task = serviceRun.startHookTask(name, taskBody, thrown -> completion.set(new Completion(thrown)));
        return await(serviceNode, task, name, completion, deadline);
    }

    /**
     * Calls {@code onReload} in the same way. A stop takes precedence: it interrupts the call, or prevents it.
     *
     * @return what the hook threw, a {@link TimeoutException}, or null; also null if the run is stopping
     */
    static @Nullable Throwable reload(
            ServiceNode serviceNode, ServiceRun serviceRun, TaskBody taskBody, Deadline deadline) {
        serviceNode
                .waitQueue()
                .awaitUninterruptibly(
                        () -> (serviceRun.runningHook() == null || serviceRun.areReloadsEnded()) ? true : null,
                        TimeSource.system(),
                        deadline.nanos());
        String running = serviceRun.runningHook();
        if (running != null && !serviceRun.areReloadsEnded()) {
            return new HookException(
                    serviceNode.path() + ": onReload was skipped because " + running + " is still running");
        }
        AtomicReference<@Nullable Completion> completion = new AtomicReference<>();
        Task task = serviceRun.beginReload(taskBody, thrown -> completion.set(new Completion(thrown)));
        Throwable thrown = task == null ? null : await(serviceNode, task, "onReload", completion, () -> deadline);
        return serviceRun.areReloadsEnded() ? null : thrown;
    }

    private static @Nullable Throwable await(
            ServiceNode serviceNode,
            Task task,
            String name,
            AtomicReference<@Nullable Completion> completion,
            Supplier<Deadline> deadline) {
        Completion result = serviceNode
                .waitQueue()
                .awaitUninterruptibly(
                        completion::get,
                        TimeSource.system(),
                        () -> deadline.get().nanos());
        if (result != null) {
            return result.thrown;
        }
        TimeoutException late = new TimeoutException(name + " had not returned after "
                + Durations.toHumanString(task.info().age()));
        late.setStackTrace(task.stack().toArray(StackTraceElement[]::new));
        task.interrupt();
        serviceNode
                .waitQueue()
                .awaitUninterruptibly(
                        completion::get,
                        TimeSource.system(),
                        deadline.get().withGrace().nanos());
        return late;
    }
}
