package dev.ginkgo.internal.engine;

import static dev.ginkgo.lifecycle.State.FAILED;

import dev.ginkgo.internal.concurrent.Deadline;
import dev.ginkgo.internal.config.CurrentSettings;
import dev.ginkgo.internal.config.Messages;
import dev.ginkgo.internal.config.SettingValues;
import dev.ginkgo.internal.monitoring.LifecycleRecorder;
import dev.ginkgo.lifecycle.StartException;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.lifecycle.StateChange;
import dev.ginkgo.lifecycle.StopException;
import dev.ginkgo.lifecycle.TaskBody;
import dev.ginkgo.lifecycle.TaskInfo;
import dev.ginkgo.lifecycle.TaskType;
import dev.ginkgo.lifecycle.TreeListener;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Engine of one tree: its time source, its settings, and the one lock under which states change. The lock is held for a
 * few field accesses, or to read the status of the whole tree, and never while a hook, a task, an observer or a
 * resource's {@code close} runs. The actions that
 * follow from a transition (a start, a stop, a restart) run outside the lock, in {@link StartSequence}, {@link
 * StopSequence} and {@link Supervisor}, which check here whether they are still allowed.
 */
public final class ServiceTree {
    public final LifecycleRecorder recorder = new LifecycleRecorder();
    private final ServiceNode root;
    private final TimeSource timeSource;
    private final RandomGenerator random;
    private final EngineSettings engineSettings;
    private final CurrentSettings settings;
    private final TreeEvents events;
    public final Watchdog watchdog;
    private final StartSequence startSequence = new StartSequence(this);
    private final StopSequence stopSequence = new StopSequence(this);
    private final Supervisor supervisor = new Supervisor(this);

    private final ReentrantLock lock = new ReentrantLock();
    private final ThreadFactory threads;
    final TaskRegistry tasks;
    private final CountDownLatch servingAllowed = new CountDownLatch(1);
    private volatile boolean terminated;

    /**
     * Creates a tree that has not been started.
     *
     * @param listeners receive the events of the tree, each on a thread of its own
     * @param threads creates the threads of all tasks: virtual threads, except in tests
     */
    public ServiceTree(
            ServiceNode root,
            TimeSource timeSource,
            RandomGenerator random,
            EngineSettings engineSettings,
            CurrentSettings settings,
            List<TreeListener> listeners,
            ThreadFactory threads) {
        this.threads = threads;
        this.tasks = new TaskRegistry(threads);
        this.root = root;
        this.timeSource = timeSource;
        this.random = random;
        this.engineSettings = engineSettings;
        this.settings = settings;
        this.events = new TreeEvents(listeners, task -> startWorker(root.path(), "events", task::run));
        this.watchdog = new Watchdog(this);
    }

    public ServiceNode root() {
        return root;
    }

    public TimeSource time() {
        return timeSource;
    }

    ThreadFactory threads() {
        return threads;
    }

    RandomGenerator random() {
        return random;
    }

    CurrentSettings settings() {
        return settings;
    }

    public SettingValues snapshot() {
        return settings.snapshot();
    }

    StopSequence stopSequence() {
        return stopSequence;
    }

    StartSequence startSequence() {
        return startSequence;
    }

    Duration startTimeout(ServiceNode serviceNode) {
        return serviceNode.startTimeout().orElseGet(engineSettings::startTimeout);
    }

    Duration stopTimeout(ServiceNode serviceNode) {
        return serviceNode.stopTimeout().orElseGet(engineSettings::stopTimeout);
    }

    /** Returns whether the root has stopped, so that it may be started again in another tree. */
    boolean isTerminated() {
        return terminated;
    }

    /** Marks the tree as stopped. */
    void markTerminated() {
        terminated = true;
        watchdog.stop();
    }

    /** Ends a start whose configuration was rejected: nothing has been started, and waiting threads return. */
    public void abortStart() {
        markTerminated();
        signalSubtree(root);
    }

    TreeEvents events() {
        return events;
    }

    // ---- states

    <T> T withLock(Supplier<T> step) {
        lock.lock();
        try {
            return step.get();
        } finally {
            lock.unlock();
        }
    }

    void withLock(Runnable step) {
        withLock(() -> {
            step.run();
            return true;
        });
    }

    /** Changes the state of a node. The only method that does so; called under the lock. */
    void transition(ServiceNode serviceNode, State to, String reason, @Nullable Throwable failure) {
        if (!lock.isHeldByCurrentThread()) {
            throw new AssertionError("the tree's lock is not held");
        }
        State from = serviceNode.state;
        if (!from.canBecome(to)) {
            throw new AssertionError(serviceNode.path() + ": " + from + " cannot become " + to);
        }
        serviceNode.state = to;
        serviceNode.since = timeSource.now();
        serviceNode.reason = reason;
        if (failure != null) {
            serviceNode.failure = failure;
        } else if (to.isRunning()) {
            serviceNode.failure = null;
        }
        events.add(
                () -> { // added under the lock, so that the order of the events is that of the transitions
                    StateChange change = new StateChange(
                            serviceNode.path(), from, to, serviceNode.since, reason, Optional.ofNullable(failure));
                    return listener -> listener.stateChanged(change);
                });
    }

    /**
     * Applies a call of {@code ready()} or {@code degraded()} by a running service. During a start, the start evaluates
     * the readiness itself.
     */
    void updateReadiness(ServiceNode serviceNode, ServiceRun serviceRun, ServiceRun.Readiness now) {
        withLock(() -> {
            if (serviceNode.serviceRun != serviceRun || serviceRun.ending || !serviceNode.state.isRunning()) {
                return;
            }
            if (serviceNode.state != now.state()) {
                transition(serviceNode, now.state(), now.reason(), null);
            } else {
                serviceNode.reason = now.reason();
            }
        });
    }

    /**
     * Handles an exception that escaped a task, or the return of a permanent task. It fails the service, unless a stop has
     * begun, the task was cancelled, or the task is temporary.
     */
    void taskFailed(ServiceNode serviceNode, ServiceRun serviceRun, Task task, Throwable escaped) {
        Logger log = serviceNode.hooks().log();
        if (task.isCancelled()) {
            log.debug("{} ended after it was cancelled", task, escaped);
        } else if (task.type() == TaskType.TEMPORARY && escaped instanceof Exception && !serviceRun.cancelled) {
            events.add(() -> listener -> listener.taskFailed(serviceRun.path(), task.name(), escaped));
            log.warn("{} failed; it is temporary, so its service keeps running", task, escaped);
        } else if (fail(serviceNode, serviceRun, escaped)) {
            events.add(() -> listener -> listener.taskFailed(serviceRun.path(), task.name(), escaped));
            log.error("{} failed", task, escaped);
        } else {
            log.debug("{} ended while its service stopped", task, escaped);
        }
    }

    /**
     * Fails a run.
     *
     * @return false if the run is ending already
     */
    boolean fail(ServiceNode serviceNode, ServiceRun serviceRun, Throwable cause) {
        String reason = Messages.oneLine(cause); // calls user code, so not under the lock
        boolean failed = withLock(() -> {
            if (serviceNode.serviceRun != serviceRun || serviceRun.ending || serviceRun.cancelled) {
                return false;
            }
            boolean running = serviceNode.state.isRunning();
            serviceRun.cancelled = true;
            transition(serviceNode, FAILED, reason, cause);
            if (running) {
                serviceRun.ending = true;
                serviceRun.isLastRun = serviceNode == root;
                Supervisor.RecoveryToken recoveryToken = new Supervisor.RecoveryToken();
                serviceNode.recoveryToken = recoveryToken;
                startWorker(
                        serviceRun.path(),
                        "supervise",
                        () -> supervisor.failed(serviceNode, serviceRun, cause, recoveryToken));
            }
            return true;
        });
        if (failed) {
            signalSubtree(serviceNode);
        }
        return failed;
    }

    /** Wakes all threads that wait for a node or for nodes below it, because its run has been cancelled. */
    void signalSubtree(ServiceNode serviceNode) {
        serviceNode.waitQueue().signal();
        serviceNode.children().forEach(this::signalSubtree);
    }

    // ---- control

    /**
     * Starts the root, and then permits services to accept connections.
     *
     * @param beforeOpen runs after the last listener is bound and before the first connection is accepted; if it
     *     throws, the tree is stopped again
     */
    public void start(@Nullable TaskBody beforeOpen) {
        if (beforeOpen == null) {
            servingAllowed.countDown();
        }
        watchdog.start();
        startSequence.start(root, null, () -> true);
        if (beforeOpen != null) {
            runBeforeOpen(beforeOpen);
        }
    }

    private void runBeforeOpen(TaskBody step) {
        try {
            step.run();
            servingAllowed.countDown();
        } catch (Throwable t) { // also for an Error, the services must be stopped
            boolean cancelled = t instanceof InterruptedException;
            if (cancelled) {
                Thread.currentThread().interrupt();
            }
            String path = root.path();
            StartException failed = cancelled
                    ? new StartException(path, "the start of " + path + " was cancelled by an interrupt", true, null)
                    : StartSequence.startFailed(path, t);
            try {
                stop(root);
            } catch (StopException e) {
                failed.addSuppressed(e);
            }
            throw failed;
        }
    }

    /** Starts a child that was added to a running parent; removes it again if that fails. */
    void startAdded(ServiceNode parent, ServiceRun serviceRun, ServiceNode child) {
        try {
            settings.bindAdded(child);
            startSequence.start(child, serviceRun, () -> true);
        } catch (RuntimeException | Error e) {
            removeStopped(serviceRun, child);
            throw e;
        }
        parent.waitQueue().signal();
    }

    /** Waits until services may accept connections. */
    public void awaitOpen() throws InterruptedException {
        servingAllowed.await();
    }

    void remove(ServiceNode parent, ServiceNode child) {
        stopThen(child, () -> removeStopped(parent.serviceRun, child));
    }

    /** Removes a child that has stopped permanently. */
    void removeStopped(@Nullable ServiceRun parentRun, ServiceNode child) {
        boolean stopped = withLock(() -> {
            if (child.serviceRun != null) {
                return false;
            }
            if (parentRun != null) {
                parentRun.startOrder.remove(child);
            }
            child.detachFromParent();
            child.markTerminated(true);
            return true;
        });
        if (!stopped && terminated) {
            return; // the child may belong to another tree by now
        }
        if (!stopped) { // in the meantime the parent was restarted and has started the child
            stopSequence.stop(child, Deadline.after(stopTimeout(child)), true);
            removeStopped(parentRun, child);
            return;
        }
        signalSubtree(child);
        settings.removeChild(child);
    }

    void stop(ServiceNode serviceNode) {
        stopThen(serviceNode, () -> {});
    }

    /**
     * Stops a node on a thread of its own, so that a task may stop its own service, and then runs {@code after} there.
     * A task that waits here is interrupted by the stop and returns.
     */
    private void stopThen(ServiceNode serviceNode, Runnable after) {
        String path = serviceNode.path();
        AtomicReference<StopResult> result = new AtomicReference<>(StopResult.CLEAN);
        Task worker = startWorker(path, "stop", () -> {
            try {
                result.set(stopSequence.stop(serviceNode, Deadline.after(stopTimeout(serviceNode)), true));
            } finally {
                after.run();
            }
        });
        if (tasks.awaitEnd(worker, ServiceRun.isCalledByTaskOf(this))) {
            result.get().throwIfUnclean(path);
        }
    }

    // ---- tasks

    /** Runs internal work of the engine on a thread of its own. */
    Task startWorker(String path, String name, TaskBody taskBody) {
        return tasks.startWorker(path, name, taskBody);
    }

    /** Returns every live task: those of the services in the order of the tree, then those of the engine. */
    public List<TaskInfo> tasks() {
        return tasks.all(root);
    }
}
