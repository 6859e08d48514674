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
import java.util.concurrent.ThreadFactory;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tasks of a tree that belong to no running service: those of the engine, and those that are about to end. */
final class TaskRegistry {
    private static final Logger LOG = LoggerFactory.getLogger("dev.ginkgo.Ginkgo");

    private final ThreadFactory threads;
    private final Set<Task> workers = ConcurrentHashMap.newKeySet();
    private final Set<Task> retiringTasks = ConcurrentHashMap.newKeySet();
    private final WaitQueue waitQueue = new WaitQueue();

    TaskRegistry(ThreadFactory threads) {
        this.threads = threads;
    }

    /** Runs internal work of the engine on a thread of its own. */
    Task startWorker(String path, String name, TaskBody taskBody) {
        Task task = new Task(path, name, threads, taskBody, (self, escaped) -> {
            if (escaped != null) {
                LOG.error("{}#{} failed; this is a bug in Ginkgo", path, name, escaped);
            }
            retiring(self);
            workers.remove(self);
            waitQueue.signal();
            retired(self);
        });
        workers.add(task);
        task.start();
        return task;
    }

    /**
     * Waits until a worker has ended. If the caller is a task of the tree, an interrupt ends the wait, because the
     * worker may be the one that interrupts it; the interrupt flag stays set.
     *
     * @param fromTask whether the caller is a task of the tree
     * @return false if the caller was interrupted
     */
    boolean awaitEnd(Task worker, boolean fromTask) {
        Supplier<@Nullable Boolean> done = () -> workers.contains(worker) ? null : true;
        Deadline never = Deadline.after(Duration.ofDays(365_000));
        if (!fromTask) {
            waitQueue.awaitUninterruptibly(done, TimeSource.system(), never.nanos());
            return true;
        }
        try {
            waitQueue.await(done, TimeSource.system(), never.nanos());
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /**
     * Returns every live task of the tree: those of the services in the order of the tree, then those of the engine.
     */
    List<TaskInfo> all(ServiceNode root) {
        List<TaskInfo> all = new ArrayList<>();
        collect(root, all);
        workers.forEach(worker -> all.add(worker.info()));
        retiringTasks.forEach(task -> all.add(task.info()));
        return all;
    }

    /**
     * Keeps a task in the list after its service has released it, because it still has to wake the threads that wait
     * for its end. Until it is {@link #retired}, a test's clock must not consider the tree idle.
     */
    void retiring(Task task) {
        retiringTasks.add(task);
    }

    /** Removes a task that has woken the waiting threads. */
    void retired(Task task) {
        retiringTasks.remove(task);
    }

    private static void collect(ServiceNode serviceNode, List<TaskInfo> into) {
        ServiceRun serviceRun = serviceNode.serviceRun;
        if (serviceRun != null) {
            serviceRun.tasks().forEach(task -> into.add(task.info()));
        }
        serviceNode.children().forEach(child -> collect(child, into));
    }
}
