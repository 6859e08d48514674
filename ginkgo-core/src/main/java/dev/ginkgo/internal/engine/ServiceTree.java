package dev.ginkgo.internal.engine;

import static dev.ginkgo.lifecycle.State.FAILED;

import dev.ginkgo.internal.concurrent.Deadline;
import dev.ginkgo.internal.concurrent.EventDispatcher;
import dev.ginkgo.internal.config.CurrentSettings;
import dev.ginkgo.internal.config.Messages;
import dev.ginkgo.internal.config.SettingValues;
import dev.ginkgo.lifecycle.StartException;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.lifecycle.StateChange;
import dev.ginkgo.lifecycle.StopException;
import dev.ginkgo.lifecycle.TaskBody;
import dev.ginkgo.lifecycle.TaskInfo;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine of one tree: its time, its settings, and the one lock under which states change. The lock is held for a
 * few field accesses and never while a hook, a task, an observer or a resource's {@code close} runs; what a step
 * leads to (a start, a stop, a restart) happens outside of it, in {@link StartSequence}, {@link StopSequence} and {@link
 * Supervisor}, which ask here whether they still may.
 */
public final class ServiceTree {
    private static final Logger LOG = LoggerFactory.getLogger("dev.ginkgo.Ginkgo");

    private final ServiceNode root;
    private final TimeSource time;
    private final RandomGenerator random;
    private final EngineSettings limits;
    private final CurrentSettings settings;
    private final @Nullable EventDispatcher<StateChange> events;
    private final Watchdog watchdog;
    private final StartSequence starting = new StartSequence(this);
    private final StopSequence stopping = new StopSequence(this);
    private final Supervisor supervisor = new Supervisor(this);

    private final ReentrantLock lock = new ReentrantLock();
    private final TaskRegistry tasks = new TaskRegistry();
    private final CountDownLatch open = new CountDownLatch(1);
    private volatile boolean over;

    public ServiceTree(
            ServiceNode root,
            TimeSource time,
            RandomGenerator random,
            EngineSettings limits,
            CurrentSettings settings,
            @Nullable Consumer<StateChange> observer) {
        this.root = root;
        this.time = time;
        this.random = random;
        this.limits = limits;
        this.settings = settings;
        this.events = observer == null
                ? null
                : new EventDispatcher<>(
                        observer,
                        task -> work(root.path(), "events", task::run),
                        (change, e) -> LOG.warn("the observer of state changes failed at {}", change, e));
        this.watchdog = new Watchdog(this);
    }

    public ServiceNode root() {
        return root;
    }

    public TimeSource time() {
        return time;
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

    StopSequence stopping() {
        return stopping;
    }

    StartSequence starting() {
        return starting;
    }

    Duration startTimeout(ServiceNode node) {
        return node.startTimeout().orElseGet(limits::startTimeout);
    }

    Duration stopTimeout(ServiceNode node) {
        return node.stopTimeout().orElseGet(limits::stopTimeout);
    }

    /** Whether the root has come to its end, so that it may be started again. */
    boolean isOver() {
        return over;
    }

    void over() {
        over = true;
        watchdog.stop();
    }

    /** The configuration was refused: nothing has been started, and nobody need wait for its end. */
    public void refused() {
        over();
        signalBelow(root);
    }

    // ---- states

    <T> T locked(Supplier<T> step) {
        lock.lock();
        try {
            return step.get();
        } finally {
            lock.unlock();
        }
    }

    void locked(Runnable step) {
        lock.lock();
        try {
            step.run();
        } finally {
            lock.unlock();
        }
    }

    /** The one place where a state changes. */
    void move(ServiceNode node, State to, String reason, @Nullable Throwable failure) {
        if (!lock.isHeldByCurrentThread()) {
            throw new AssertionError("a state changes under the tree's lock");
        }
        State from = node.state;
        if (!from.mayBecome(to)) {
            throw new AssertionError(node.path() + ": " + from + " cannot become " + to);
        }
        node.state = to;
        node.since = time.now();
        node.reason = reason;
        if (failure != null) {
            node.failure = failure;
        } else if (to.isUp()) {
            node.failure = null;
        }
        if (events != null) { // under the lock, so that the order is that of the changes
            events.add(new StateChange(node.path(), from, to, node.since, reason, Optional.ofNullable(failure)));
        }
    }

    /** A service said how it is while it runs; during its start the start looks by itself. */
    void moveTo(ServiceNode node, ServiceRun run, ServiceRun.Readiness now) {
        locked(() -> {
            if (node.run != run || run.ending || !node.state.isUp()) {
                return;
            }
            if (node.state != now.state()) {
                move(node, now.state(), now.reason(), null);
            } else {
                node.reason = now.reason();
            }
        });
    }

    /** Something escaped a task: normal once a stop has begun, else the failure of its service. */
    void taskFailed(ServiceNode node, ServiceRun run, Task task, Throwable escaped) {
        if (fail(node, run, escaped)) {
            node.service().log().error("{}#{} failed", run.path(), task.name(), escaped);
        } else {
            node.service().log().debug("{}#{} ended while its service stopped", run.path(), task.name(), escaped);
        }
    }

    /**
     * Fails a run.
     *
     * @return false if it is ending already
     */
    boolean fail(ServiceNode node, ServiceRun run, Throwable cause) {
        boolean failed = locked(() -> {
            if (node.run != run || run.ending || run.cancelled) {
                return false;
            }
            boolean up = node.state.isUp();
            run.cancelled = true;
            move(node, FAILED, Messages.oneLine(cause), cause);
            if (up) {
                run.ending = true;
                run.last = node == root;
                Supervisor.RecoveryToken keeper = new Supervisor.RecoveryToken();
                node.keeper = keeper;
                work(run.path(), "supervise", () -> supervisor.failed(node, run, cause, keeper));
            }
            return true;
        });
        if (failed) {
            signalBelow(node);
        }
        return failed;
    }

    /** Wakes all who wait at a node or below: its run has been cancelled. */
    void signalBelow(ServiceNode node) {
        node.waiters().signal();
        node.children().forEach(this::signalBelow);
    }

    // ---- control

    /**
     * Starts the root, and lets connections be served.
     *
     * @param beforeOpen runs between the last bind and the first connection; if it throws, the tree is stopped again
     */
    public void start(@Nullable TaskBody beforeOpen) {
        if (beforeOpen == null) {
            open.countDown();
        }
        watchdog.start();
        starting.start(root, null);
        if (beforeOpen != null) {
            open(beforeOpen);
        }
    }

    private void open(TaskBody step) {
        try {
            step.run();
            open.countDown();
        } catch (Throwable t) { // whatever it is, the services must not stay behind
            boolean cancelled = t instanceof InterruptedException;
            if (cancelled) {
                Thread.currentThread().interrupt();
            }
            String path = root.path();
            StartException failed = cancelled
                    ? new StartException(path, "the start of " + path + " was cancelled by an interrupt", true, null)
                    : StartSequence.failed(path, t);
            try {
                stop(root);
            } catch (StopException e) {
                failed.addSuppressed(e);
            }
            throw failed;
        }
    }

    /** Starts a child that was added to a running parent, or throws it out again. */
    void startAdded(ServiceNode parent, ServiceRun run, ServiceNode child) {
        try {
            settings.bindAdded(child);
            starting.start(child, run);
        } catch (RuntimeException | Error e) {
            discard(run, child);
            throw e;
        }
        parent.waiters().signal();
    }

    public void awaitOpen() throws InterruptedException {
        open.await();
    }

    void remove(ServiceNode parent, ServiceNode child) {
        stopAnd(child, () -> discard(parent.run, child));
    }

    /** Lets go of a child that has stopped for good. */
    void discard(@Nullable ServiceRun parentRun, ServiceNode child) {
        boolean down = locked(() -> {
            if (child.run != null) {
                return false;
            }
            if (parentRun != null) {
                parentRun.order.remove(child);
            }
            child.orphan();
            child.markEnded(true);
            return true;
        });
        if (!down && over) {
            return; // it belongs to another tree by now
        }
        if (!down) { // its parent was restarted meanwhile, and started it
            stopping.stop(child, Deadline.in(stopTimeout(child)), true);
            discard(parentRun, child);
            return;
        }
        signalBelow(child);
        settings.forget(child);
    }

    void stop(ServiceNode node) {
        stopAnd(node, () -> {});
    }

    /**
     * Stops a node on a thread of its own, so that a task may stop its own service, and then does {@code after}
     * there. A task that waits here is interrupted by the stop and returns.
     */
    private void stopAnd(ServiceNode node, Runnable after) {
        String path = node.path();
        AtomicReference<StopResult> outcome = new AtomicReference<>(StopResult.CLEAN);
        Task worker = work(path, "stop", () -> {
            try {
                outcome.set(stopping.stop(node, Deadline.in(stopTimeout(node)), true));
            } finally {
                after.run();
            }
        });
        if (tasks.awaitEnd(worker, root)) {
            outcome.get().orThrow(path);
        }
    }

    // ---- tasks

    /** Does a piece of the engine's own work on a thread of its own. */
    Task work(String path, String name, TaskBody body) {
        return tasks.work(path, name, body);
    }

    /** Every live task, the services' in the order of the tree, then the engine's own. */
    public List<TaskInfo> tasks() {
        return tasks.all(root);
    }

    void lingers(Task task) {
        tasks.lingers(task);
    }

    void gone(Task task) {
        tasks.gone(task);
    }

    /** Not yet up, stopping, stopped or failed. */
    boolean isDown() {
        return !root.state.isUp();
    }
}
