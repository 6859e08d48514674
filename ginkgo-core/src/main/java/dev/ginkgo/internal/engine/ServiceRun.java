package dev.ginkgo.internal.engine;

import dev.ginkgo.internal.concurrent.Deadline;
import dev.ginkgo.internal.concurrent.TaskScope;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.lifecycle.TaskBody;
import dev.ginkgo.lifecycle.TaskHandle;
import dev.ginkgo.lifecycle.TaskType;
import dev.ginkgo.time.TimeSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One run of one service, from its start to the end of the stop that follows: its tasks, its resources, and the
 * progress of its start. Each start of a service creates a new run.
 *
 * <p>Fields under the comment <i>tree</i> are guarded by the tree's lock, those under <i>run</i> by the monitor of the
 * run, under which no other lock is taken (see LOCKS.md).
 */
public final class ServiceRun {
    /** The run to which the calling task or hook belongs. */
    private static final ScopedValue<ServiceRun> CALLER = ScopedValue.newInstance();

    private static final String START_HOOK = "onStart";
    private static final String RELOAD_HOOK = "onReload";

    private final ServiceNode serviceNode;
    private final ServiceTree serviceTree;
    private final @Nullable ServiceRun parent;
    private final String path;
    final int level;
    private final long since = TimeSource.system().nanos();

    // tree: guarded by the tree's lock
    /** Set once, when the run begins to end: nothing may fail, start or restart it any more. */
    boolean ending;
    /** Whether a stop or a failure has occurred, also during the start. */
    volatile boolean cancelled;
    /** Whether this is the last run: no supervisor will start another one. */
    boolean isLastRun;
    /** Result of the run; set once. */
    volatile StopResult result = StopResult.CLEAN;

    /** Deadline of the stop of this run alone; null until a stop or a rollback begins. Read without the lock. */
    private volatile @Nullable Deadline stopDeadline;
    /** The children in the order in which they started. */
    final Set<ServiceNode> startOrder = new LinkedHashSet<>(0);
    /** The children that were stopped during the start, before their own turn: this run does not start them. */
    final Set<ServiceNode> stoppedBeforeStart = new LinkedHashSet<>(0);

    // run: guarded by this
    private final Set<Task> tasks = new LinkedHashSet<>(0);
    private final Deque<AutoCloseable> resources = new ArrayDeque<>(0);
    private final Map<String, String> healthDetails = new LinkedHashMap<>(0);
    private boolean open;
    private boolean acting;
    private boolean readyDeferred;
    private boolean startHookReturned;
    private @Nullable Readiness readiness;
    private @Nullable Throwable startHookError;
    private @Nullable Task startHook;
    private @Nullable Task reload;
    private boolean reloadsEnded;

    /** Result of {@code onStart}: ready or degraded. */
    record Readiness(State state, String reason) {}

    ServiceRun(ServiceNode serviceNode, ServiceTree serviceTree, @Nullable ServiceRun parent) {
        this.serviceNode = serviceNode;
        this.serviceTree = serviceTree;
        this.parent = parent;
        this.level = parent == null ? 1 : parent.level + 1;
        this.path = parent == null ? serviceNode.path() : parent.path + "/" + serviceNode.name();
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

    /** Returns whether the start of this run, or of a run above it, has been cancelled. */
    boolean isCancelled() {
        for (ServiceRun serviceRun = this; serviceRun != null; serviceRun = serviceRun.parent) {
            if (serviceRun.cancelled) {
                return true;
            }
        }
        return false;
    }

    /**
     * Sets the deadline of the stop, or shortens it if the stop is in progress. Called under the tree's lock; the caller
     * then wakes the threads that wait in this run or below it.
     */
    void limitStop(Deadline limit) {
        Deadline current = stopDeadline;
        stopDeadline = current == null ? limit : current.earlier(limit);
    }

    /**
     * Returns the deadline by which this run has to stop: the earliest of those of this run and of the runs above it,
     * which can still be shortened; null if none of them is being stopped.
     */
    @Nullable
    Deadline stopDeadline() {
        Deadline earliest = null;
        for (ServiceRun run = this; run != null; run = run.parent) {
            Deadline own = run.stopDeadline;
            if (own != null) {
                earliest = earliest == null ? own : earliest.earlier(own);
            }
        }
        return earliest;
    }

    // ---- the start hook

    /** Allows the service to act, and starts {@code onStart} on a thread of its own. */
    void beginStartHook() {
        Task hook = new Task(
                path, START_HOOK, serviceTree.threads(), inThisRun(serviceNode.hooks()::onStart), this::onStartHookEnd);

        synchronized (this) {
            acting = true;
            open = true;
            startHook = hook;
            tasks.add(hook);
        }
        hook.start(); // without the monitor, which the new thread needs when it ends
    }

    private void onStartHookEnd(Task task, @Nullable Throwable escaped) {
        boolean asTask;
        synchronized (this) {
            startHookReturned = true;
            asTask = readiness != null;
            startHookError = escaped;
        }
        if (asTask) { // it continued after ready() or degraded(), so its exception is that of a task
            onTaskEnd(task, escaped);
        } else {
            remove(task);
        }
    }

    /** Returns the readiness for which the start waits; null while it has to keep waiting. */
    synchronized @Nullable Readiness readiness() {
        if (readiness == null && startHookReturned && startHookError == null && !readyDeferred) {
            readiness = new Readiness(State.READY, "");
        }
        return readiness;
    }

    synchronized @Nullable Throwable startHookError() {
        return readiness == null ? startHookError : null;
    }

    /** Returns whether {@code onStart} succeeded, so that {@code onStop} has to be called. */
    synchronized boolean startHookSucceeded() {
        return readiness != null || (startHookReturned && startHookError == null);
    }

    /** Returns the stack trace of {@code onStart}; empty if it has returned. */
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
            if (readiness == null && startHookError != null) {
                return; // the start fails with that exception, although its thread may not have seen it yet
            }
            readiness = now;
        }
        serviceTree.updateReadiness(serviceNode, this, now);
        serviceNode.waitQueue().signal();
    }

    public void healthDetail(String name, @Nullable Object value) {
        String text = value == null ? null : String.valueOf(value); // calls user code, so not under the lock
        synchronized (this) {
            if (text == null) {
                healthDetails.remove(name);
            } else {
                healthDetails.put(name, text);
            }
        }
    }

    synchronized Map<String, String> healthDetails() {
        return healthDetails.isEmpty() ? Map.of() : new LinkedHashMap<>(healthDetails);
    }

    // ---- tasks and resources

    /** Returns whether the caller is a task or a hook of an earlier run of the same service, which did not stop. */
    boolean isCalledFromEarlierRun() {
        ServiceRun caller = CALLER.isBound() ? CALLER.get() : this;
        return caller != this && caller.serviceNode == serviceNode;
    }

    /** Returns whether the caller is a task or a hook of a service of the tree. */
    static boolean isCalledByTaskOf(ServiceTree tree) {
        return CALLER.isBound() && CALLER.get().serviceTree == tree;
    }

    private TaskBody inThisRun(TaskBody taskBody) {
        return () -> ScopedValue.where(CALLER, this).call(() -> {
            taskBody.run();
            return true;
        });
    }

    /** Returns whether the service may act: from {@code onStart} to the end of its run. */
    synchronized boolean isActing() {
        return acting;
    }

    /**
     * Starts a task of the service. Only a task has a {@link TaskScope}: what a hook opens outlives the hook.
     *
     * @throws IllegalStateException if the run is stopping
     */
    public TaskHandle spawn(String name, TaskType type, TaskBody taskBody) {
        TaskBody scoped = () -> TaskScope.call(() -> {
            taskBody.run();
            return true;
        });
        Task task = new Task(path, name, type, serviceTree.threads(), inThisRun(scoped), this::onTaskEnd);
        synchronized (this) {
            if (!open) {
                throw new IllegalStateException(
                        path + " is stopping: no task \"" + name + "\" was spawned. Let the exception end the caller.");
            }
            tasks.add(task);
        }
        task.start();
        return new SpawnedTask(task, serviceNode.waitQueue(), serviceTree.time());
    }

    /** Starts a hook: like a task, but also while the run is stopping. Its exception is passed to {@code atEnd}. */
    Task startHookTask(String name, TaskBody taskBody, Consumer<@Nullable Throwable> atEnd) {
        Task task = new Task(path, name, serviceTree.threads(), inThisRun(taskBody), (self, escaped) -> {
            atEnd.accept(escaped);
            remove(self);
        });
        synchronized (this) {
            tasks.add(task);
        }
        task.start();
        return task;
    }

    /** Starts {@code onReload}; returns null if the run is stopping. */
    synchronized @Nullable Task beginReload(TaskBody taskBody, Consumer<@Nullable Throwable> atEnd) {
        if (!reloadsEnded) {
            reload = startHookTask(RELOAD_HOOK, taskBody, atEnd);
            return reload;
        }
        return null;
    }

    /** Prevents further reloads and interrupts a running one, so that {@code onStop} does not wait for it. */
    synchronized void endReloads() {
        reloadsEnded = true;
        if (reload != null) {
            reload.interrupt();
        }
    }

    synchronized boolean areReloadsEnded() {
        return reloadsEnded;
    }

    /**
     * Returns the hook that is running, {@code onStart} or {@code onReload}; null if there is none. The hooks of a
     * service run one after another, also if {@code onStart} continues after {@code ready()}, so the next one waits.
     */
    synchronized @Nullable String runningHook() {
        if (startHook != null && !startHookReturned) {
            return START_HOOK;
        }
        return reload == null ? null : RELOAD_HOOK;
    }

    /** Interrupts an {@code onStart} that continued after {@code ready()}, so that {@code onStop} need not wait for it. */
    synchronized void interruptStartHook() {
        if (startHook != null && !startHookReturned) {
            startHook.interrupt();
        }
    }

    /**
     * Registers a resource.
     *
     * @return false if the run is stopping; the resource was not registered
     */
    synchronized boolean closeOnStop(AutoCloseable resource) {
        if (open) {
            resources.push(resource);
        }
        return open;
    }

    /** Rejects further tasks and resources. */
    synchronized void close() {
        open = false;
    }

    synchronized List<Task> tasks() {
        return List.copyOf(tasks);
    }

    synchronized int taskCount() {
        return tasks.size();
    }

    /** Removes and returns the resource that was registered last; null if there is none left. */
    synchronized @Nullable AutoCloseable nextResource() {
        return resources.poll();
    }

    /** Hands tasks that did not end to the tree, which keeps reporting them after the end of the run. */
    synchronized void abandonTasks() {
        tasks.forEach(serviceTree.tasks::retiring);
    }

    private void onTaskEnd(Task task, @Nullable Throwable escaped) {
        if (escaped != null && !cancelled && !task.isCancelled()) {
            serviceTree.recorder.taskFailed(path, task.name(), task.info().age(), escaped);
        }
        try {
            if (escaped != null) {
                serviceTree.taskFailed(serviceNode, this, task, escaped);
            } else if (task.type() == TaskType.PERMANENT && !task.isCancelled()) {
                serviceTree.taskFailed(
                        serviceNode,
                        this,
                        task,
                        new IllegalStateException(task
                                + " returned; a permanent task must run until its service stops, so spawn it as TRANSIENT if"
                                + " it may complete"));
            }
        } finally { // also if the log cannot format the exception
            remove(task);
        }
    }

    private void remove(Task task) {
        serviceTree.tasks.retiring(task);
        synchronized (this) {
            tasks.remove(task);
            task.markEnded();
            if (reload == task) {
                reload = null;
            }
        }
        serviceNode.waitQueue().signal();
        serviceTree.tasks.retired(task);
    }
}
