package dev.ginkgo.internal.engine;

import static dev.ginkgo.lifecycle.State.FAILED;
import static dev.ginkgo.lifecycle.State.STARTING;
import static dev.ginkgo.lifecycle.State.STOPPING;

import dev.ginkgo.config.Durations;
import dev.ginkgo.internal.concurrent.Deadline;
import dev.ginkgo.internal.config.Messages;
import dev.ginkgo.internal.monitoring.Timing;
import dev.ginkgo.lifecycle.StartException;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Starts a node on the calling thread: its children in order, then its start hook (or the hook first). If a step fails
 * or the start is cancelled, everything that has been started is stopped again, under a single deadline.
 */
final class StartSequence {
    private final ServiceTree serviceTree;

    StartSequence(ServiceTree serviceTree) {
        this.serviceTree = serviceTree;
    }

    /** State of one start that all nodes involved share: the deadline of its rollback. */
    private static final class StartAttempt {
        private final Duration timeout;
        private @Nullable Deadline rollback;
        private boolean interrupted;

        StartAttempt(Duration timeout) {
            this.timeout = timeout;
        }

        Deadline rollback() {
            if (rollback == null) {
                rollback = Deadline.after(timeout);
            }
            return rollback;
        }

        void stoppedBy(@Nullable Deadline deadline) {
            if (rollback == null) {
                rollback = deadline;
            }
        }
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
     * @throws StartException if the start fails or is cancelled; nothing of the node is running any more
     */
    void start(ServiceNode serviceNode, @Nullable ServiceRun parent) {
        start(serviceNode, parent, () -> true);
    }

    /**
     * Starts a node if {@code stillWanted} is true. The condition is evaluated under the tree's lock, in the same step
     * that begins the start.
     */
    void start(ServiceNode serviceNode, @Nullable ServiceRun parent, BooleanSupplier stillWanted) {
        start(serviceNode, parent, new StartAttempt(serviceTree.stopTimeout(serviceNode)), stillWanted);
    }

    private void start(
            ServiceNode serviceNode,
            @Nullable ServiceRun parent,
            StartAttempt startAttempt,
            BooleanSupplier stillWanted) {
        ServiceRun serviceRun = beginRun(serviceNode, parent, stillWanted);
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
            startAttempt.interrupted = true;
            serviceRun.cancelled = true;
            error = new StartCancelledException();
        } catch (Throwable t) {
            error = startFailed(serviceRun.path(), t);
        }
        StartException failed = rollBack(serviceNode, serviceRun, error, startAttempt);
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
            serviceNode.serviceRun = serviceRun;
            serviceNode.markTerminated(false);
            serviceNode.lastResult = StopResult.CLEAN;
            if (parent != null && !parent.startOrder.contains(serviceNode)) {
                parent.startOrder.add(serviceNode);
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
        for (ServiceNode child : serviceNode.children()) {
            if (serviceRun.isCancelled()) {
                throw new StartCancelledException();
            }
            if (!child.addedAtRunTime) { // otherwise the thread that added it while this node was starting has started
                // it too
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

    /**
     * Starts a declared child. If only the child is stopped, during its start or before it, the start of the parent
     * continues, as it would if the child had been stopped later.
     */
    private void startDeclared(ServiceNode child, ServiceRun serviceRun, StartAttempt startAttempt) {
        try {
            start(child, serviceRun, startAttempt, () -> !serviceRun.stoppedBeforeStart.contains(child));
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
            ServiceNode serviceNode, ServiceRun serviceRun, Throwable error, StartAttempt startAttempt) {
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
        StopResult stopResult = serviceTree
                .stopSequence()
                .windDown(
                        serviceNode, serviceRun, startAttempt.rollback().earlier(serviceTree.stopTimeout(serviceNode)));
        StartException thrown = toStartException(serviceNode, serviceRun, error, startAttempt);
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
                                + (startAttempt.interrupted ? "an interrupt" : "a stop"),
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
