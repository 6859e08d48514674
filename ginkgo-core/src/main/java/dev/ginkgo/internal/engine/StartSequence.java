package dev.ginkgo.internal.engine;

import static dev.ginkgo.lifecycle.State.FAILED;
import static dev.ginkgo.lifecycle.State.STARTING;
import static dev.ginkgo.lifecycle.State.STOPPING;

import dev.ginkgo.config.Durations;
import dev.ginkgo.internal.concurrent.Deadline;
import dev.ginkgo.internal.config.Messages;
import dev.ginkgo.lifecycle.StartException;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Brings a node up: its children in order, then its hook (or the hook first), on the thread that asks for it. When
 * anything goes wrong, or somebody stops it meanwhile, the way back is the stop of what had been started, under one
 * deadline for all of it.
 */
final class StartSequence {
    private final ServiceTree tree;

    StartSequence(ServiceTree tree) {
        this.tree = tree;
    }

    /** What one start has in common from its top to its leaves: the deadline of its way back. */
    private static final class StartAttempt {
        private final Duration timeout;
        private @Nullable Deadline rollback;
        private boolean interrupted;

        StartAttempt(Duration timeout) {
            this.timeout = timeout;
        }

        Deadline rollback() {
            if (rollback == null) {
                rollback = Deadline.in(timeout);
            }
            return rollback;
        }

        void stoppedBy(@Nullable Deadline deadline) {
            if (rollback == null) {
                rollback = deadline;
            }
        }
    }

    /** The start was cancelled, by a stop, a failure or an interrupt. */
    private static final class StartCancelledException extends Exception {
        private static final long serialVersionUID = 1L;

        StartCancelledException() {
            super(null, null, false, false);
        }
    }

    /**
     * Starts a node within the run of its parent, and returns when it is up.
     *
     * @throws StartException if it is not; nothing of it runs any more then
     */
    void start(ServiceNode node, @Nullable ServiceRun parent) {
        start(node, parent, () -> true);
    }

    /**
     * The same, if {@code stillWanted}, which is asked under the tree's lock, in the step that begins the start:
     * nobody can come between.
     */
    void start(ServiceNode node, @Nullable ServiceRun parent, BooleanSupplier stillWanted) {
        start(node, parent, new StartAttempt(tree.stopTimeout(node)), stillWanted);
    }

    private void start(ServiceNode node, @Nullable ServiceRun parent, StartAttempt attempt, BooleanSupplier stillWanted) {
        ServiceRun run = begin(node, parent, stillWanted);
        Throwable error;
        try {
            bringUp(node, run, attempt);
            logReady(node, run);
            return;
        } catch (StartCancelledException e) {
            error = e;
        } catch (StartException e) {
            if (e.cancelled()) {
                run.cancelled = true;
            }
            error = e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            attempt.interrupted = true;
            run.cancelled = true;
            error = new StartCancelledException();
        } catch (Throwable t) {
            error = failed(run.path(), t);
        }
        throw rollBack(node, run, error, attempt);
    }

    private ServiceRun begin(ServiceNode node, @Nullable ServiceRun parent, BooleanSupplier stillWanted) {
        return tree.locked(() -> {
            if (!stillWanted.getAsBoolean()) {
                throw new StartException(
                        node.path(), node.path() + " was not started: it was stopped meanwhile", true, null);
            }
            if (parent != null && (parent.ending || parent.isCancelled())) {
                throw new StartException(
                        node.path(), node.path() + " was not started: its parent is stopping", true, null);
            }
            if (parent != null && node.parent() != parent.node()) {
                throw new StartException(node.path(), node.path() + " was not started: it was removed", true, null);
            }
            if (node.run != null || !node.state.mayBecome(STARTING)) {
                throw new IllegalStateException(node.path() + " is " + node.state + ": it cannot be started now");
            }
            ServiceRun run = new ServiceRun(node, tree, parent);
            node.run = run;
            node.markEnded(false);
            node.outcome = StopResult.CLEAN;
            if (parent != null && !parent.order.contains(node)) {
                parent.order.add(node);
            }
            tree.move(node, STARTING, "", null);
            return run;
        });
    }

    private void bringUp(ServiceNode node, ServiceRun run, StartAttempt attempt) throws Exception {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (node.hookFirst()) {
            hook(node, run);
        }
        for (ServiceNode child : node.children()) {
            if (run.isCancelled()) {
                throw new StartCancelledException();
            }
            if (!child.added) { // else whoever added it while this node starts has started it too
                child.restarts.anew();
                startDeclared(child, run, attempt);
            }
        }
        if (!node.hookFirst()) {
            hook(node, run);
        }
        boolean up = tree.locked(() -> {
            ServiceRun.Readiness signalled = run.signalled();
            if (run.isCancelled() || signalled == null) {
                return false;
            }
            tree.move(node, signalled.state(), signalled.reason(), null);
            return true;
        });
        node.waiters().signal();
        if (!up) {
            throw new StartCancelledException();
        }
    }

    /** A child that is stopped while it starts ends alone, just as it would a moment later. */
    private void startDeclared(ServiceNode child, ServiceRun run, StartAttempt attempt) {
        try {
            start(child, run, attempt, () -> true);
        } catch (StartException e) {
            if (!e.cancelled() || !child.ended) {
                throw e;
            }
        }
    }

    private void hook(ServiceNode node, ServiceRun run) throws Exception {
        if (run.isCancelled()) {
            throw new StartCancelledException();
        }
        Duration timeout = tree.startTimeout(node);
        long deadline = Deadline.in(timeout).nanos();
        run.beginHook();
        Boolean settled = node.waiters()
                .await(
                        () -> (run.signalled() != null || run.hookError() != null || run.isCancelled()) ? true : null,
                        TimeSource.system(),
                        deadline);
        if (run.isCancelled()) {
            throw new StartCancelledException();
        }
        Throwable error = run.hookError();
        if (error != null) {
            throw failed(run.path(), error);
        }
        if (settled == null) {
            throw tooLate(run, timeout);
        }
    }

    private static StartException tooLate(ServiceRun run, Duration timeout) {
        List<StackTraceElement> stack = run.hookStack();
        String why = "not ready after " + Durations.shortly(timeout)
                + (stack.isEmpty()
                        ? ": onStart returned after readyLater(), and neither ready() nor degraded() was called"
                        : ": onStart waits at " + stack.getFirst());
        TimeoutException cause = new TimeoutException(why + " (start-timeout)");
        if (!stack.isEmpty()) {
            cause.setStackTrace(stack.toArray(StackTraceElement[]::new));
        }
        return new StartException(run.path(), run.path() + " is " + why, false, cause);
    }

    private StartException rollBack(ServiceNode node, ServiceRun run, Throwable error, StartAttempt attempt) {
        tree.locked(() -> {
            run.ending = true;
            run.last = run.last || run.parent() == null;
            if (node.state == FAILED) {
                return; // a task or a child failed meanwhile, and that is the cause
            }
            if (run.isCancelled()) {
                attempt.stoppedBy(stopDeadline(run));
                tree.move(node, STOPPING, "", null);
            } else {
                tree.move(node, FAILED, Messages.oneLine(error), error);
            }
        });
        node.waiters().signal();
        StopResult outcome = tree.stopping().windDown(node, run, attempt.rollback().sooner(tree.stopTimeout(node)));
        StartException thrown = thrown(node, run, error, attempt);
        outcome.errors().forEach(thrown::addSuppressed);
        outcome.leaks().forEach(leak -> thrown.addSuppressed(new HookException(leak.toString())));
        tree.stopping().finish(node, run, outcome);
        return thrown;
    }

    private static StartException thrown(ServiceNode node, ServiceRun run, Throwable error, StartAttempt attempt) {
        if (error instanceof StartException start && !start.cancelled()) {
            return start;
        }
        Throwable failure = node.state == FAILED ? node.failure : null;
        if (failure instanceof StartException start) {
            return start;
        }
        return failure == null
                ? new StartException(
                        run.path(),
                        "the start of " + run.path() + " was cancelled by "
                                + (attempt.interrupted ? "an interrupt" : "a stop"),
                        true,
                        null)
                : failed(run.path(), failure);
    }

    /** The exception for a start that failed by {@code cause}. */
    static StartException failed(String path, Throwable cause) {
        return new StartException(path, path + " did not start: " + Messages.oneLine(cause), false, cause);
    }

    private static @Nullable Deadline stopDeadline(ServiceRun run) {
        for (ServiceRun above = run; above != null; above = above.parent()) {
            if (above.stopDeadline != null) {
                return above.stopDeadline;
            }
        }
        return null;
    }

    private void logReady(ServiceNode node, ServiceRun run) {
        String took = Durations.shortly(Duration.ofNanos(run.ageNanos()));
        if (run.parent() == null || run.wasLater()) {
            node.service().log().info("{} is {} after {}", run.path(), node.state, took);
        } else {
            node.service().log().debug("{} is {} after {}", run.path(), node.state, took);
        }
    }
}
