package dev.ginkgo.internal.engine;

import dev.ginkgo.internal.concurrent.Deadline;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.lifecycle.TaskBody;
import dev.ginkgo.time.TimeSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One run of one service, from a start to the end of the stop that follows: its tasks, what it owns, how far its
 * start came. A service that is started again gets a new one.
 *
 * <p>The fields marked <i>tree</i> are guarded by the tree's lock, those marked <i>run</i> by the run's own monitor,
 * which is a leaf: nothing is locked under it (LOCKS.md).
 */
public final class ServiceRun {
    private final ServiceNode serviceNode;
    private final ServiceTree serviceTree;
    private final @Nullable ServiceRun parent;
    private final String path;
    private final long since = TimeSource.system().nanos();

    // tree
    /** Set once: from here on nothing may fail, start or restart this run. */
    boolean ending;
    /** A stop, or a failure, has come while it starts. */
    volatile boolean cancelled;
    /** Whether this run ends for good: no supervisor will follow it with another. */
    boolean isLastRun;
    /** How it ended; set once. */
    volatile StopResult result = StopResult.CLEAN;

    /** The deadline of the stop that cancelled the start. */
    @Nullable
    Deadline stopDeadline;
    /** The children in the order in which they started. */
    final List<ServiceNode> startOrder = new ArrayList<>();

    // run
    private final Set<Task> tasks = new LinkedHashSet<>(0);
    private final Deque<AutoCloseable> resources = new ArrayDeque<>(0);
    private boolean open;
    private boolean acting;
    private boolean readyDeferred;
    private boolean startHookReturned;
    private @Nullable Readiness readiness;
    private @Nullable Throwable startHookError;
    private @Nullable Task startHook;
    private @Nullable Task reload;
    private boolean reloadsEnded;

    /** What {@code onStart} has come to: up, or not. */
    record Readiness(State state, String reason) {}

    ServiceRun(ServiceNode serviceNode, ServiceTree serviceTree, @Nullable ServiceRun parent) {
        this.serviceNode = serviceNode;
        this.serviceTree = serviceTree;
        this.parent = parent;
        this.path = serviceNode.path();
    }

    ServiceNode node() {
        return serviceNode;
    }

    public ServiceTree tree() {
        return serviceTree;
    }

    @Nullable
    ServiceRun parent() {
        return parent;
    }

    String path() {
        return path;
    }

    long ageNanos() {
        return TimeSource.system().nanos() - since;
    }

    /** Whether this run, or one above it, is not to come up any more. */
    boolean isCancelled() {
        for (ServiceRun serviceRun = this; serviceRun != null; serviceRun = serviceRun.parent) {
            if (serviceRun.cancelled) {
                return true;
            }
        }
        return false;
    }

    // ---- the start hook

    /** Lets the service act, and begins {@code onStart} on a thread of its own. */
    void beginStartHook() {
        synchronized (this) {
            acting = true;
            open = true;
            startHook = new Task(path, "onStart", serviceNode.hooks()::onStart, this::onStartHookEnd);
            tasks.add(startHook);
            startHook.start();
        }
    }

    private void onStartHookEnd(Task task, @Nullable Throwable escaped) {
        boolean asTask;
        synchronized (this) {
            startHookReturned = true;
            asTask = readiness != null;
            startHookError = escaped;
        }
        if (asTask) { // it had said ready() and went on: what it throws now is a task's failure
            onTaskEnd(task, escaped);
        } else {
            remove(task);
        }
    }

    /** What the start waits for; null while it must go on waiting. */
    synchronized @Nullable Readiness readiness() {
        if (readiness == null && startHookReturned && startHookError == null && !readyDeferred) {
            readiness = new Readiness(State.READY, "");
        }
        return readiness;
    }

    synchronized @Nullable Throwable startHookError() {
        return readiness == null ? startHookError : null;
    }

    /** Whether {@code onStart} came to a good end, so that {@code onStop} is its mirror. */
    synchronized boolean startHookSucceeded() {
        return readiness != null || (startHookReturned && startHookError == null);
    }

    /** Where {@code onStart} waits; empty if it has returned. */
    synchronized List<StackTraceElement> startHookStack() {
        return startHook == null || startHookReturned ? List.of() : startHook.stack();
    }

    synchronized boolean isReadyDeferred() {
        return readyDeferred;
    }

    public synchronized void deferReady() {
        readyDeferred = true;
    }

    public void ready() {
        setReadiness(new Readiness(State.READY, ""));
    }

    public void degraded(String reason) {
        setReadiness(new Readiness(State.DEGRADED, reason));
    }

    private void setReadiness(Readiness now) {
        synchronized (this) {
            readiness = now;
        }
        serviceTree.updateReadiness(serviceNode, this, now);
        serviceNode.waitQueue().signal();
    }

    // ---- tasks and resources

    /** Whether the service may use its time: from onStart to the end of its run. */
    synchronized boolean isActing() {
        return acting;
    }

    public void spawn(String name, TaskBody taskBody) {
        Task task = new Task(path, name, taskBody, this::onTaskEnd);
        synchronized (this) {
            if (!open) {
                throw new IllegalStateException(
                        path + " is stopping: no task \"" + name + "\" was spawned. Let the exception end the caller.");
            }
            tasks.add(task);
            task.start();
        }
    }

    /** Begins a hook: like a task, but also while the run stops, and what escapes it goes to {@code atEnd}. */
    Task startHookTask(String name, TaskBody taskBody, Consumer<@Nullable Throwable> atEnd) {
        Task task = new Task(path, name, taskBody, (self, escaped) -> {
            atEnd.accept(escaped);
            remove(self);
        });
        synchronized (this) {
            tasks.add(task);
            task.start();
        }
        return task;
    }

    /** Begins {@code onReload}; null if the run stops. */
    synchronized @Nullable Task beginReload(TaskBody taskBody, Consumer<@Nullable Throwable> atEnd) {
        if (!reloadsEnded) {
            reload = startHookTask("onReload", taskBody, atEnd);
            return reload;
        }
        return null;
    }

    /** From here on no reload begins; one that runs is interrupted, so that {@code onStop} need not wait for it. */
    synchronized void endReloads() {
        reloadsEnded = true;
        if (reload != null) {
            reload.interrupt();
        }
    }

    synchronized boolean areReloadsEnded() {
        return reloadsEnded;
    }

    synchronized boolean isReloading() {
        return reload != null;
    }

    /** Whether it was taken; a run that stops takes nothing. */
    synchronized boolean closeOnStop(AutoCloseable resource) {
        if (open) {
            resources.push(resource);
        }
        return open;
    }

    /** No more tasks, no more resources. */
    synchronized void close() {
        open = false;
    }

    synchronized List<Task> tasks() {
        return List.copyOf(tasks);
    }

    synchronized int taskCount() {
        return tasks.size();
    }

    /** The resource that was owned last, taken out; null when there is none left. */
    synchronized @Nullable AutoCloseable nextResource() {
        return resources.poll();
    }

    /** The run ends; its tasks that did not are still told among those of the tree. */
    synchronized void abandonTasks() {
        tasks.forEach(serviceTree::retiring);
    }

    private void onTaskEnd(Task task, @Nullable Throwable escaped) {
        if (escaped != null) {
            serviceTree.taskFailed(serviceNode, this, task, escaped);
        }
        remove(task);
    }

    private void remove(Task task) {
        serviceTree.retiring(task);
        synchronized (this) {
            tasks.remove(task);
            if (reload == task) {
                reload = null;
            }
        }
        serviceNode.waitQueue().signal();
        serviceTree.retired(task);
    }
}
