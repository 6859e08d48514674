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
    private final ServiceNode node;
    private final ServiceTree tree;
    private final @Nullable ServiceRun parent;
    private final String path;
    private final long since = TimeSource.system().nanos();

    // tree
    /** Set once: from here on nothing may fail, start or restart this run. */
    boolean ending;
    /** A stop, or a failure, has come while it starts. */
    volatile boolean cancelled;
    /** Whether this run ends for good: no supervisor will follow it with another. */
    boolean last;
    /** How it ended; set once. */
    volatile StopResult outcome = StopResult.CLEAN;

    /** The deadline of the stop that cancelled the start. */
    @Nullable
    Deadline stopDeadline;
    /** The children in the order in which they started. */
    final List<ServiceNode> order = new ArrayList<>();

    // run
    private final Set<Task> tasks = new LinkedHashSet<>(0);
    private final Deque<AutoCloseable> owned = new ArrayDeque<>(0);
    private boolean open;
    private boolean acting;
    private boolean later;
    private boolean hookReturned;
    private @Nullable Readiness signalled;
    private @Nullable Throwable hookError;
    private @Nullable Task hook;
    private @Nullable Task reload;
    private boolean pastReloads;

    /** What {@code onStart} has come to: up, or not. */
    record Readiness(State state, String reason) {}

    ServiceRun(ServiceNode node, ServiceTree tree, @Nullable ServiceRun parent) {
        this.node = node;
        this.tree = tree;
        this.parent = parent;
        this.path = node.path();
    }

    ServiceNode node() {
        return node;
    }

    public ServiceTree tree() {
        return tree;
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
        for (ServiceRun run = this; run != null; run = run.parent) {
            if (run.cancelled) {
                return true;
            }
        }
        return false;
    }

    // ---- the start hook

    /** Lets the service act, and begins {@code onStart} on a thread of its own. */
    void beginHook() {
        synchronized (this) {
            acting = true;
            open = true;
            hook = new Task(path, "onStart", node.service()::onStart, this::hookEnded);
            tasks.add(hook);
            hook.start();
        }
    }

    private void hookEnded(Task task, @Nullable Throwable escaped) {
        boolean asTask;
        synchronized (this) {
            hookReturned = true;
            asTask = signalled != null;
            hookError = escaped;
        }
        if (asTask) { // it had said ready() and went on: what it throws now is a task's failure
            ended(task, escaped);
        } else {
            remove(task);
        }
    }

    /** What the start waits for; null while it must go on waiting. */
    synchronized @Nullable Readiness signalled() {
        if (signalled == null && hookReturned && hookError == null && !later) {
            signalled = new Readiness(State.READY, "");
        }
        return signalled;
    }

    synchronized @Nullable Throwable hookError() {
        return signalled == null ? hookError : null;
    }

    /** Whether {@code onStart} came to a good end, so that {@code onStop} is its mirror. */
    synchronized boolean hookSucceeded() {
        return signalled != null || (hookReturned && hookError == null);
    }

    /** Where {@code onStart} waits; empty if it has returned. */
    synchronized List<StackTraceElement> hookStack() {
        return hook == null || hookReturned ? List.of() : hook.stack();
    }

    synchronized boolean wasLater() {
        return later;
    }

    public synchronized void readyLater() {
        later = true;
    }

    public void ready() {
        signal(new Readiness(State.READY, ""));
    }

    public void degraded(String reason) {
        signal(new Readiness(State.DEGRADED, reason));
    }

    private void signal(Readiness now) {
        synchronized (this) {
            signalled = now;
        }
        tree.moveTo(node, this, now);
        node.waiters().signal();
    }

    // ---- tasks and resources

    /** Whether the service may use its time: from onStart to the end of its run. */
    synchronized boolean isActing() {
        return acting;
    }

    public void spawn(String name, TaskBody body) {
        Task task = new Task(path, name, body, this::ended);
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
    Task begin(String name, TaskBody body, Consumer<@Nullable Throwable> atEnd) {
        Task task = new Task(path, name, body, (self, escaped) -> {
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
    synchronized @Nullable Task beginReload(TaskBody body, Consumer<@Nullable Throwable> atEnd) {
        if (!pastReloads) {
            reload = begin("onReload", body, atEnd);
            return reload;
        }
        return null;
    }

    /** From here on no reload begins; one that runs is interrupted, so that {@code onStop} need not wait for it. */
    synchronized void endReloads() {
        pastReloads = true;
        if (reload != null) {
            reload.interrupt();
        }
    }

    synchronized boolean isPastReloads() {
        return pastReloads;
    }

    synchronized boolean isReloading() {
        return reload != null;
    }

    /** Whether it was taken; a run that stops takes nothing. */
    synchronized boolean own(AutoCloseable resource) {
        if (open) {
            owned.push(resource);
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
    synchronized @Nullable AutoCloseable nextOwned() {
        return owned.poll();
    }

    /** The run ends; its tasks that did not are still told among those of the tree. */
    synchronized void leaveBehind() {
        tasks.forEach(tree::lingers);
    }

    private void ended(Task task, @Nullable Throwable escaped) {
        if (escaped != null) {
            tree.taskFailed(node, this, task, escaped);
        }
        remove(task);
    }

    private void remove(Task task) {
        tree.lingers(task);
        synchronized (this) {
            tasks.remove(task);
            if (reload == task) {
                reload = null;
            }
        }
        node.waiters().signal();
        tree.gone(task);
    }
}
