package dev.ginkgo.internal.engine;

import static dev.ginkgo.lifecycle.State.FAILED;
import static dev.ginkgo.lifecycle.State.NEW;
import static dev.ginkgo.lifecycle.State.STARTING;
import static dev.ginkgo.lifecycle.State.STOPPED;
import static dev.ginkgo.lifecycle.State.STOPPING;
import static java.util.Objects.requireNonNull;

import dev.ginkgo.internal.concurrent.Deadline;
import dev.ginkgo.internal.concurrent.WaitQueue;
import dev.ginkgo.internal.config.Messages;
import dev.ginkgo.internal.monitoring.Timing;
import dev.ginkgo.lifecycle.Leak;
import dev.ginkgo.lifecycle.StopException;
import dev.ginkgo.time.TimeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Stops a node in the reverse order of its start: {@code onStop} while the tasks are running, then the tasks, then the
 * resources, then the children. Errors do not end the sequence; they are collected in a {@link StopResult}.
 *
 * <p>A single deadline covers the whole stop. A later stop of the node, or of one above it, can shorten it. If children have to be stopped after the tasks, interrupted tasks may use
 * half of the remaining time, so that a task that ignores the interrupt does not use up the time of the children; it is
 * joined again at the end.
 */
final class StopSequence {
    private final ServiceTree serviceTree;

    StopSequence(ServiceTree serviceTree) {
        this.serviceTree = serviceTree;
    }

    private enum Role {
        NOTHING,
        PERFORM,
        WAIT
    }

    /**
     * Stops a node, or waits for a stop that is in progress.
     *
     * @param last whether the node will not be started again
     */
    StopResult stop(ServiceNode serviceNode, Deadline deadline, boolean last) {
        AtomicReference<@Nullable ServiceRun> found = new AtomicReference<>();
        Role role = serviceTree.withLock(() -> {
            if (serviceTree.isTerminated()) {
                return Role.NOTHING; // everything has stopped, and the node may belong to another tree by now
            }
            serviceNode.restartHistory.endPause();
            if (last) {
                serviceNode.recoveryToken = null;
            }
            ServiceRun serviceRun = serviceNode.serviceRun;
            found.set(serviceRun);
            if (serviceRun == null) {
                if (last) {
                    stopBeforeStart(serviceNode);
                }
                return Role.NOTHING;
            }
            serviceRun.isLastRun |= last;
            serviceRun.limitStop(deadline); // also shortens a stop or a rollback that is in progress
            if (serviceNode.state == STARTING) {
                serviceRun.cancelled = true;
                return Role.WAIT;
            }
            if (!serviceNode.state.isRunning()) {
                return Role.WAIT; // STOPPING, or FAILED and being stopped
            }
            serviceRun.ending = true;
            serviceRun.cancelled = true;
            serviceTree.transition(serviceNode, STOPPING, "", null);
            return Role.PERFORM;
        });
        serviceTree.signalSubtree(serviceNode);
        ServiceNode parent = serviceNode.parent();
        if (parent != null) {
            parent.waitQueue().signal(); // a recovery may have been waiting to start it again
        }
        ServiceRun serviceRun = found.get();
        if (serviceRun == null) {
            return serviceNode.lastResult;
        }
        if (role == Role.PERFORM) {
            finish(serviceNode, serviceRun, windDown(serviceNode, serviceRun));
        } else {
            awaitEnd(serviceNode, serviceRun);
        }
        return serviceRun.result; // not the node's last result: the node may have been started again
    }

    /** Handles the stop of a node that is not running. Called under the tree's lock. */
    private void stopBeforeStart(ServiceNode serviceNode) {
        ServiceNode parent = serviceNode.parent();
        if (parent != null && parent.state == STARTING) {
            ServiceRun parentRun = requireNonNull(parent.serviceRun);
            if (!parentRun.startOrder.contains(serviceNode)) {
                parentRun.stoppedBeforeStart.add(serviceNode);
                if (serviceNode.state == NEW) {
                    serviceTree.transition(serviceNode, STOPPED, "", null);
                }
            }
        }
        if (serviceNode.state != NEW) {
            serviceNode.markTerminated(true);
        }
    }

    /**
     * Waits until the siblings after a node have stopped, if its parent is being stopped and the start of the node, in
     * parallel with theirs, is to be rolled back. Its hook is interrupted at once. The wait ends, because each stop has a
     * deadline.
     */
    void awaitTurn(ServiceNode serviceNode, ServiceRun serviceRun, ServiceRun parentRun) {
        serviceRun.interruptStartHook();
        List<ServiceNode> siblings = startOrder(parentRun);
        for (ServiceNode sibling : siblings.subList(siblings.indexOf(serviceNode) + 1, siblings.size())) {
            ServiceRun run = sibling.serviceRun;
            if (run != null && parentRun.isCancelled()) {
                awaitEnd(sibling, run);
            }
        }
    }

    private static void awaitEnd(ServiceNode serviceNode, ServiceRun serviceRun) {
        serviceNode
                .waitQueue()
                .awaitUninterruptibly(
                        () -> serviceNode.serviceRun == serviceRun ? null : true,
                        TimeSource.system(),
                        WaitQueue.never(TimeSource.system()));
    }

    /** Performs the steps of a stop that has a deadline of its own, such as that after a failure. */
    StopResult windDown(ServiceNode serviceNode, ServiceRun serviceRun, Deadline deadline) {
        serviceTree.withLock(() -> serviceRun.limitStop(deadline));
        serviceTree.signalSubtree(serviceNode); // stops below it that are in progress have to read the deadline again
        return windDown(serviceNode, serviceRun);
    }

    /**
     * Performs the steps of a stop. Called once for each run, by the thread that set it to end. The deadline is read
     * again in each wait, because another stop, of this node or of one above, may shorten it.
     */
    private StopResult windDown(ServiceNode serviceNode, ServiceRun serviceRun) {
        Timing timing = serviceTree.recorder.begin(Timing.Kind.STOP);
        Throwable cause = serviceNode.state == FAILED ? serviceNode.failure : null;
        Supplier<Deadline> deadline = () -> requireNonNull(serviceRun.stopDeadline());
        List<Throwable> errors = new ArrayList<>();
        StopResult below = StopResult.CLEAN;
        serviceRun.endReloads();
        serviceNode.waitQueue().signal(); // a reload may be waiting for the end of onStart
        if (serviceNode.onStartFirst()) {
            below = stopChildren(serviceRun, deadline.get());
        }
        if (serviceRun.startHookSucceeded()) {
            callOnStop(serviceNode, serviceRun, deadline, errors);
        }
        serviceRun.close();
        serviceRun.tasks().forEach(Task::interrupt);
        boolean childrenRemain =
                !serviceNode.onStartFirst() && !startOrder(serviceRun).isEmpty();
        join(serviceNode, serviceRun, childrenRemain ? halfway(deadline) : deadline);
        closeResources(serviceNode, serviceRun, deadline, errors);
        if (!serviceNode.onStartFirst()) {
            below = stopChildren(serviceRun, deadline.get());
        }
        if (serviceRun.taskCount() > 0) { // closing their resources may have ended them
            serviceRun.tasks().forEach(Task::interrupt);
            join(serviceNode, serviceRun, withGrace(deadline));
        }
        List<Leak> leaks = serviceRun.tasks().stream().map(Task::leak).toList();
        leaks.forEach(leak -> serviceNode.hooks().log().error("{}", leak));
        StopResult stopResult = new StopResult(List.copyOf(errors), leaks).plus(below);
        serviceTree.recorder.stopped(timing, serviceRun.path(), stopResult.isClean(), leaks.size(), cause);
        return stopResult;
    }

    /** Ends a run: sets the final state and wakes the waiting threads. */
    void finish(ServiceNode serviceNode, ServiceRun serviceRun, StopResult stopResult) {
        boolean last = serviceTree.withLock(() -> {
            if (serviceNode.state == STOPPING) {
                if (stopResult.isClean()) {
                    serviceTree.transition(serviceNode, STOPPED, "", null);
                } else {
                    serviceTree.transition(
                            serviceNode,
                            FAILED,
                            stopResult.leaks().isEmpty() ? "stop failed" : "leak",
                            new StopException(
                                    stopResult.message(serviceRun.path()), stopResult.errors(), stopResult.leaks()));
                }
            }
            serviceNode.lastResult = stopResult;
            serviceRun.result = stopResult;
            serviceRun.abandonTasks();
            serviceNode.serviceRun = null;
            if (serviceRun.isLastRun) {
                serviceNode.markTerminated(true);
            }
            if (serviceNode == serviceTree.root()) {
                serviceTree.markTerminated(); // last step: from here on the root may be started in another tree
            }
            return serviceRun.isLastRun;
        });
        if (last) {
            serviceTree.signalSubtree(serviceNode);
        } else {
            serviceNode.waitQueue().signal();
        }
    }

    /** Marks a node and those below it as permanently stopped. */
    void markSubtreeTerminated(ServiceNode serviceNode) {
        serviceTree.withLock(() -> serviceNode.markTerminated(true));
        serviceTree.signalSubtree(serviceNode);
    }

    private List<ServiceNode> startOrder(ServiceRun serviceRun) {
        return serviceTree.withLock(() -> List.copyOf(serviceRun.startOrder));
    }

    private StopResult stopChildren(ServiceRun serviceRun, Deadline deadline) {
        StopResult all = StopResult.CLEAN;
        for (ServiceNode child : startOrder(serviceRun).reversed()) {
            all = all.plus(stop(child, deadline.earlier(serviceTree.stopTimeout(child)), serviceRun.isLastRun));
            if (child.addedAtRunTime) {
                serviceTree.removeStopped(serviceRun, child);
            }
        }
        return all;
    }

    private static Supplier<Deadline> halfway(Supplier<Deadline> deadline) {
        long start = TimeSource.system().nanos();
        return () -> deadline.get().halfwayFrom(start);
    }

    /** Returns a short extension if the deadline has expired already, for steps that must be tried in any case. */
    private static Supplier<Deadline> withGrace(Supplier<Deadline> deadline) {
        Deadline now = deadline.get();
        if (!now.isExpired()) {
            return deadline;
        }
        Deadline extended = now.withGrace();
        return () -> extended;
    }

    private void callOnStop(
            ServiceNode serviceNode, ServiceRun serviceRun, Supplier<Deadline> deadline, List<Throwable> errors) {
        if (deadline.get().isExpired()) {
            errors.add(
                    new HookException(serviceRun.path() + ": onStop was skipped because the stop deadline had passed"));
            return;
        }
        serviceRun.interruptStartHook();
        Supplier<Deadline> hookDeadline = halfway(deadline);
        serviceNode
                .waitQueue()
                .awaitUninterruptibly(
                        () -> serviceRun.runningHook() == null ? true : null,
                        TimeSource.system(),
                        () -> hookDeadline.get().nanos());
        String running = serviceRun.runningHook();
        if (running != null) {
            errors.add(new HookException(serviceRun.path() + ": onStop was skipped because " + running
                    + " is still running although it was interrupted"));
            return;
        }
        Throwable thrown = HookCall.run(serviceNode, serviceRun, "onStop", serviceNode.hooks()::onStop, deadline);
        if (thrown != null) {
            errors.add(new HookException(serviceRun.path(), "onStop", thrown));
        }
    }

    private static void join(ServiceNode serviceNode, ServiceRun serviceRun, Supplier<Deadline> deadline) {
        serviceNode
                .waitQueue()
                .awaitUninterruptibly(
                        () -> serviceRun.taskCount() == 0 ? true : null,
                        TimeSource.system(),
                        () -> deadline.get().nanos());
    }

    private static void closeResources(
            ServiceNode serviceNode, ServiceRun serviceRun, Supplier<Deadline> deadline, List<Throwable> errors) {
        while (true) {
            AutoCloseable resource = serviceRun.nextResource();
            if (resource == null) {
                return;
            }
            Throwable thrown = HookCall.run(serviceNode, serviceRun, "close", resource::close, withGrace(deadline));
            if (thrown != null) {
                errors.add(new HookException(serviceRun.path(), "closing " + Messages.describe(resource), thrown));
            }
        }
    }
}
