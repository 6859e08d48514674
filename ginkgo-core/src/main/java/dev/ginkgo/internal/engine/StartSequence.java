package dev.ginkgo.internal.engine;

import static dev.ginkgo.lifecycle.State.FAILED;
import static dev.ginkgo.lifecycle.State.STARTING;
import static dev.ginkgo.lifecycle.State.STOPPING;

import dev.ginkgo.config.Durations;
import dev.ginkgo.internal.concurrent.Deadline;
import dev.ginkgo.internal.concurrent.WaitQueue;
import dev.ginkgo.internal.config.Messages;
import dev.ginkgo.internal.monitoring.Timing;
import dev.ginkgo.lifecycle.StartException;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Starts a node on the calling thread: its children in order, then its start hook (or the hook first). If a step fails
 * or the start is cancelled, everything that has been started is stopped again, under a single deadline.
 *
 * <p>Children that start in parallel are moved to {@code STARTING} in order by that thread, and then started by a thread
 * each. A failure of one fails the parent at once, which cancels the others. Each waits before it stops until the
 * siblings after it have stopped, so that a rollback has the reverse order however far each of them is.
 */
final class StartSequence {
    /** A start and a stop call themselves once per level, and the stack of their thread may be small. */
    private static final int MAX_LEVELS = 256;

    private final ServiceTree serviceTree;

    StartSequence(ServiceTree serviceTree) {
        this.serviceTree = serviceTree;
    }

    /** Thrown when a start is cancelled by a stop, a failure or an interrupt. */
    private static final class StartCancelledException extends Exception {
        private static final long serialVersionUID = 1L;

        StartCancelledException() {
            super(null, null, false, false);
        }
    }

    /**
     * Starts a node within the run of its parent. Returns when the node is ready or degraded.
     *
     * @param stillWanted evaluated under the tree's lock, in the same step that begins the start
     * @throws StartException if the start fails, is cancelled or is not wanted any more; nothing of the node is running
     */
    void start(ServiceNode serviceNode, @Nullable ServiceRun parent, BooleanSupplier stillWanted) {
        StartAttempt startAttempt = new StartAttempt(serviceTree.stopTimeout(serviceNode));
        completeStart(serviceNode, beginRun(serviceNode, parent, stillWanted), startAttempt, false);
    }

    /**
     * Performs the steps of a start that has begun, or rolls it back.
     *
     * @param withSiblings whether siblings start at the same time
     */
    private void completeStart(
            ServiceNode serviceNode, ServiceRun serviceRun, StartAttempt startAttempt, boolean withSiblings) {
        Timing timing = serviceTree.recorder.begin(Timing.Kind.START);
        Throwable error;
        try {
            startChildrenAndHook(serviceNode, serviceRun, startAttempt);
            logReady(serviceNode, serviceRun);
            serviceTree.recorder.started(timing, serviceRun.path(), false, null);
            return;
        } catch (StartCancelledException e) {
            error = e;
        } catch (StartException e) {
            if (e.cancelled()) {
                serviceRun.cancelled = true;
            }
            error = e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            startAttempt.setInterrupted();
            serviceRun.cancelled = true;
            error = new StartCancelledException();
        } catch (Throwable t) {
            error = startFailed(serviceRun.path(), t);
        }
        StartException failed = rollBack(serviceNode, serviceRun, error, startAttempt, withSiblings);
        serviceTree.recorder.started(timing, serviceRun.path(), failed.cancelled(), failed);
        throw failed;
    }

    private ServiceRun beginRun(ServiceNode serviceNode, @Nullable ServiceRun parent, BooleanSupplier stillWanted) {
        return serviceTree.withLock(() -> {
            if (!stillWanted.getAsBoolean()) {
                throw new StartException(
                        serviceNode.path(),
                        serviceNode.path() + " was not started: it was stopped in the meantime",
                        true,
                        null);
            }
            if (parent != null && (parent.ending || parent.isCancelled())) {
                throw new StartException(
                        serviceNode.path(),
                        serviceNode.path() + " was not started: its parent is stopping",
                        true,
                        null);
            }
            if (parent != null && serviceNode.parent() != parent.node()) {
                throw new StartException(
                        serviceNode.path(), serviceNode.path() + " was not started: it was removed", true, null);
            }
            if (serviceNode.serviceRun != null || !serviceNode.state.canBecome(STARTING)) {
                throw new IllegalStateException(
                        serviceNode.path() + " is " + serviceNode.state + ": it cannot be started now");
            }
            ServiceRun serviceRun = new ServiceRun(serviceNode, serviceTree, parent);
            if (serviceRun.level > MAX_LEVELS) {
                throw new IllegalStateException(serviceRun.path() + " is at level " + serviceRun.level
                        + ", and a tree has at most " + MAX_LEVELS + "; make it a child of a service higher up");
            }
            serviceNode.serviceRun = serviceRun;
            serviceNode.markTerminated(false);
            serviceNode.lastResult = StopResult.CLEAN;
            if (parent != null) {
                parent.startOrder.add(serviceNode); // keeps its place if this is a restart
            }
            serviceTree.transition(serviceNode, STARTING, "", null);
            return serviceRun;
        });
    }

    private void startChildrenAndHook(ServiceNode serviceNode, ServiceRun serviceRun, StartAttempt startAttempt)
            throws Exception {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (serviceNode.onStartFirst()) {
            runStartHook(serviceNode, serviceRun);
        }
        if (serviceNode.startsInParallel()) {
            startInParallel(serviceNode, serviceRun, startAttempt);
        } else {
            for (ServiceNode child : declaredChildren(serviceNode)) {
                if (serviceRun.isCancelled()) {
                    throw new StartCancelledException();
                }
                child.restartHistory.reset();
                startDeclared(child, serviceRun, startAttempt);
            }
        }
        if (!serviceNode.onStartFirst()) {
            runStartHook(serviceNode, serviceRun);
        }
        boolean started = serviceTree.withLock(() -> {
            ServiceRun.Readiness readiness = serviceRun.readiness();
            if (serviceRun.isCancelled() || readiness == null) {
                return false;
            }
            serviceTree.transition(serviceNode, readiness.state(), readiness.reason(), null);
            return true;
        });
        serviceNode.waitQueue().signal();
        if (!started) {
            throw new StartCancelledException();
        }
    }

    /** Returns the children without those that a task added while the node was starting, which it starts itself. */
    private static List<ServiceNode> declaredChildren(ServiceNode serviceNode) {
        return serviceNode.children().stream()
                .filter(child -> !child.addedAtRunTime)
                .toList();
    }

    /**
     * Starts the declared children, each on a thread of its own, and waits until all are ready or degraded.
     *
     * @throws StartCancelledException if this node has failed, because a child failed, or is being stopped. Starts of
     *     children may be in progress then: the stop of the children waits for them
     */
    private void startInParallel(ServiceNode serviceNode, ServiceRun serviceRun, StartAttempt startAttempt)
            throws StartCancelledException, InterruptedException {
        List<ServiceRun> begun = new ArrayList<>();
        AtomicInteger starting = new AtomicInteger();
        try {
            for (ServiceNode child : declaredChildren(serviceNode)) {
                child.restartHistory.reset();
                beginDeclared(child, serviceRun).ifPresent(begun::add);
            }
        } finally { // a start that has begun must be completed or rolled back
            starting.set(begun.size());
            begun.forEach(childRun -> serviceTree.startWorker(
                    childRun.path(),
                    "start",
                    () -> serviceTree
                            .time()
                            .callBlocking(() -> startSibling(childRun, startAttempt, serviceNode, starting))));
        }
        serviceNode
                .waitQueue()
                .await(
                        () -> (starting.get() == 0 || serviceRun.isCancelled()) ? true : null,
                        TimeSource.system(),
                        WaitQueue.never(TimeSource.system()));
        if (serviceRun.isCancelled()) {
            throw new StartCancelledException();
        }
    }

    /** Begins the start of a declared child; empty if the child, or its parent, is being stopped. */
    private Optional<ServiceRun> beginDeclared(ServiceNode child, ServiceRun parentRun) {
        try {
            return Optional.of(beginRun(child, parentRun, () -> !parentRun.stoppedBeforeStart.contains(child)));
        } catch (StartException e) {
            return Optional.empty();
        }
    }

    private boolean startSibling(
            ServiceRun childRun, StartAttempt startAttempt, ServiceNode parent, AtomicInteger starting) {
        try {
            completeStart(childRun.node(), childRun, startAttempt, true);
            return true;
        } catch (StartException e) {
            return false; // the rollback has failed the parent, unless only the child was stopped
        } finally {
            starting.decrementAndGet();
            parent.waitQueue().signal();
        }
    }

    /**
     * Starts a declared child. If only the child is stopped, during its start or before it, the start of the parent
     * continues, as it would if the child had been stopped later.
     */
    private void startDeclared(ServiceNode child, ServiceRun serviceRun, StartAttempt startAttempt) {
        try {
            ServiceRun begun = beginRun(child, serviceRun, () -> !serviceRun.stoppedBeforeStart.contains(child));
            completeStart(child, begun, startAttempt, false);
        } catch (StartException e) {
            if (!e.cancelled() || !child.terminated) {
                throw e;
            }
        }
    }

    private void runStartHook(ServiceNode serviceNode, ServiceRun serviceRun) throws Exception {
        if (serviceRun.isCancelled()) {
            throw new StartCancelledException();
        }
        Duration timeout = serviceTree.startTimeout(serviceNode);
        long deadline = Deadline.after(timeout).nanos();
        serviceRun.beginStartHook();
        Boolean completed = serviceNode
                .waitQueue()
                .await(
                        () -> (serviceRun.readiness() != null
                                        || serviceRun.startHookError() != null
                                        || serviceRun.isCancelled())
                                ? true
                                : null,
                        TimeSource.system(),
                        deadline);
        if (serviceRun.isCancelled()) {
            throw new StartCancelledException();
        }
        Throwable error = serviceRun.startHookError();
        if (error != null) {
            throw startFailed(serviceRun.path(), error);
        }
        if (completed == null) {
            throw startTimedOut(serviceRun, timeout);
        }
    }

    private static StartException startTimedOut(ServiceRun serviceRun, Duration timeout) {
        List<StackTraceElement> stack = serviceRun.startHookStack();
        String why = "not ready after " + Durations.toHumanString(timeout)
                + (stack.isEmpty()
                        ? ": onStart returned after deferReady(), and neither ready() nor degraded() was called"
                        : ": onStart is blocked at " + stack.getFirst());
        TimeoutException cause = new TimeoutException(why + " (start-timeout)");
        if (!stack.isEmpty()) {
            cause.setStackTrace(stack.toArray(StackTraceElement[]::new));
        }
        return new StartException(serviceRun.path(), serviceRun.path() + " is " + why, false, cause);
    }

    private StartException rollBack(
            ServiceNode serviceNode,
            ServiceRun serviceRun,
            Throwable error,
            StartAttempt startAttempt,
            boolean withSiblings) {
        String reason = Messages.oneLine(error); // calls user code, so not under the lock
        serviceTree.withLock(() -> {
            serviceRun.ending = true;
            serviceRun.isLastRun = serviceRun.isLastRun || serviceRun.parent() == null;
            if (serviceNode.state == FAILED) {
                return; // a task or a child has failed in the meantime, and that is the cause
            }
            if (serviceRun.isCancelled()) {
                startAttempt.stoppedBy(serviceRun.stopDeadline());
                serviceTree.transition(serviceNode, STOPPING, "", null);
            } else {
                serviceTree.transition(serviceNode, FAILED, reason, error);
            }
        });
        serviceNode.waitQueue().signal();
        StartException thrown = toStartException(serviceNode, serviceRun, error, startAttempt);
        Deadline deadline = startAttempt.rollback();
        ServiceRun parentRun = serviceRun.parent();
        if (withSiblings && parentRun != null) {
            if (!thrown.cancelled()) {
                serviceTree.fail(parentRun.node(), parentRun, thrown); // cancels the siblings
            }
            serviceTree.stopSequence().awaitTurn(serviceNode, serviceRun, parentRun);
        }
        StopResult stopResult = serviceTree
                .stopSequence()
                .windDown(serviceNode, serviceRun, deadline.earlier(serviceTree.stopTimeout(serviceNode)));
        stopResult.errors().forEach(thrown::addSuppressed);
        stopResult.leaks().forEach(leak -> thrown.addSuppressed(new HookException(leak.toString())));
        serviceTree.stopSequence().finish(serviceNode, serviceRun, stopResult);
        return thrown;
    }

    private static StartException toStartException(
            ServiceNode serviceNode, ServiceRun serviceRun, Throwable error, StartAttempt startAttempt) {
        if (error instanceof StartException start && !start.cancelled()) {
            return start;
        }
        Throwable failure = serviceNode.state == FAILED ? serviceNode.failure : null;
        if (failure instanceof StartException start) {
            return start;
        }
        return failure == null
                ? new StartException(
                        serviceRun.path(),
                        "the start of " + serviceRun.path() + " was cancelled by "
                                + (startAttempt.isInterrupted() ? "an interrupt" : "a stop"),
                        true,
                        null)
                : startFailed(serviceRun.path(), failure);
    }

    /** Returns the exception for a start that failed because of {@code cause}. */
    static StartException startFailed(String path, Throwable cause) {
        return new StartException(path, path + " did not start: " + Messages.oneLine(cause), false, cause);
    }

    private void logReady(ServiceNode serviceNode, ServiceRun serviceRun) {
        String took = Durations.toHumanString(Duration.ofNanos(serviceRun.ageNanos()));
        if (serviceRun.parent() == null || serviceRun.isReadyDeferred()) {
            serviceNode.hooks().log().info("{} is {} after {}", serviceRun.path(), serviceNode.state, took);
        } else {
            serviceNode.hooks().log().debug("{} is {} after {}", serviceRun.path(), serviceNode.state, took);
        }
    }
}
