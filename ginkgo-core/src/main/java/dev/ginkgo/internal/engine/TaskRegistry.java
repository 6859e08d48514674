package dev.ginkgo.internal.engine;

import dev.ginkgo.internal.concurrent.Deadline;
import dev.ginkgo.internal.concurrent.WaitQueue;
import dev.ginkgo.lifecycle.TaskBody;
import dev.ginkgo.lifecycle.TaskInfo;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The tasks of a tree that belong to no running service: the engine's own, and those that are about to end. */
final class TaskRegistry {
    private static final Logger LOG = LoggerFactory.getLogger("dev.ginkgo.Ginkgo");

    private final Set<Task> workers = ConcurrentHashMap.newKeySet();
    private final Set<Task> lingering = ConcurrentHashMap.newKeySet();
    private final WaitQueue waiters = new WaitQueue();

    /** Does a piece of the engine's own work on a thread of its own. */
    Task work(String path, String name, TaskBody body) {
        Task task = new Task(path, name, body, (self, escaped) -> {
            if (escaped != null) {
                LOG.error("{}#{} failed; this is a fault of Ginkgo itself", path, name, escaped);
            }
            lingers(self);
            workers.remove(self);
            waiters.signal();
            gone(self);
        });
        workers.add(task);
        task.start();
        return task;
    }

    /**
     * Waits until a worker has ended. A task of the tree gives up when it is interrupted, which may be the worker's
     * doing; the flag stays set.
     *
     * @return false if the caller was interrupted
     */
    boolean awaitEnd(Task worker, ServiceNode root) {
        Supplier<@Nullable Boolean> done = () -> workers.contains(worker) ? null : true;
        Deadline never = Deadline.in(Duration.ofDays(365_000));
        if (!isTask(Thread.currentThread(), root)) {
            waiters.awaitUninterruptibly(done, TimeSource.system(), never.nanos());
            return true;
        }
        try {
            waiters.await(done, TimeSource.system(), never.nanos());
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Every live task of the tree, the services' in the order of the tree, then the engine's own. */
    List<TaskInfo> all(ServiceNode root) {
        List<TaskInfo> all = new ArrayList<>();
        collect(root, all);
        workers.forEach(worker -> all.add(worker.info()));
        lingering.forEach(task -> all.add(task.info()));
        return all;
    }

    /**
     * The task is no longer its service's, but has still to wake those who waited for its end: until it is {@link
     * #gone}, a test's clock must not believe that all is still.
     */
    void lingers(Task task) {
        lingering.add(task);
    }

    void gone(Task task) {
        lingering.remove(task);
    }

    private boolean isTask(Thread thread, ServiceNode root) {
        return thread.isVirtual() && all(root).stream().anyMatch(task -> task.thread() == thread);
    }

    private static void collect(ServiceNode node, List<TaskInfo> into) {
        ServiceRun run = node.run;
        if (run != null) {
            run.tasks().forEach(task -> into.add(task.info()));
        }
        node.children().forEach(child -> collect(child, into));
    }
}
