package dev.ginkgo.internal.engine;

import dev.ginkgo.Supervision;
import dev.ginkgo.config.Durations;
import dev.ginkgo.internal.concurrent.Deadline;
import dev.ginkgo.internal.concurrent.WaitQueue;
import dev.ginkgo.internal.config.Messages;
import dev.ginkgo.internal.monitoring.Timing;
import dev.ginkgo.lifecycle.Leak;
import dev.ginkgo.lifecycle.StartException;
import dev.ginkgo.lifecycle.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Handles the failure of services that were running. Each failure is handled on a thread of its own: the failed service
 * is stopped; then it, or the group that its {@link Supervision} selects, is started again after a pause, or the
 * failure escalates.
 *
 * <p>A node that is stopped and will be restarted holds the {@linkplain ServiceNode#recoveryToken token} of the
 * recovery that will start it. A recovery takes over its whole group in one step; if two siblings fail at the same
 * moment, one recovery takes over the other sibling and everything that the other recovery had taken over. A stop
 * removes a node from its recovery, which continues with the rest of the group.
 */
final class Supervisor {
    /** Identity of one recovery, from the moment of the failure on. */
    static final class RecoveryToken {}

    private final ServiceTree serviceTree;

    Supervisor(ServiceTree serviceTree) {
        this.serviceTree = serviceTree;
    }

    /** Handles a failure. Called once for each run that failed while it was running. */
    void failed(ServiceNode serviceNode, ServiceRun serviceRun, Throwable cause, RecoveryToken recoveryToken) {
        Timing outage = serviceTree.recorder.begin(Timing.Kind.RESTART);
        StopResult stopResult = serviceTree
                .stopSequence()
                .windDown(serviceNode, serviceRun, Deadline.after(serviceTree.stopTimeout(serviceNode)));
        serviceTree.stopSequence().finish(serviceNode, serviceRun, stopResult);
        ServiceNode parent = serviceNode.parent();
        ServiceRun parentRun = serviceRun.parent();
        if (parent != null && parentRun != null) {
            new Recovery(parent, parentRun, serviceNode, cause, recoveryToken, stopResult.leaks(), outage).run();
        }
    }

    /** Recovery from one failure of one child. Ends when the child is restarted or the parent has failed. */
    private final class Recovery {
        private final ServiceNode parent;
        private final ServiceRun parentRun;
        private final RecoveryToken token;
        private ServiceNode failedChild;
        private Throwable cause;

        /** Tasks that did not end; a restarted service would run at the same time as they do. */
        private List<Leak> leaks;

        /** Begins with the failure that is being handled. */
        private Timing outage;

        /** The nodes that are restarted together, in the order in which they are started. */
        private List<ServiceNode> group;

        Recovery(
                ServiceNode parent,
                ServiceRun parentRun,
                ServiceNode failedChild,
                Throwable cause,
                RecoveryToken token,
                List<Leak> leaks,
                Timing outage) {
            this.parent = parent;
            this.parentRun = parentRun;
            this.failedChild = failedChild;
            this.cause = cause;
            this.token = token;
            this.leaks = leaks;
            this.outage = outage;
            this.group = new ArrayList<>(List.of(failedChild));
        }

        void run() {
            while (prepareRestart() && awaitBackoff() && !startGroup()) {
                // a start failed: handle that failure in the same way
            }
        }

        /**
         * Decides what to do, and stops the other nodes that are to be restarted together.
         *
         * @return false if there is nothing to restart
         */
        private boolean prepareRestart() {
            if (!holdsToken(failedChild)) {
                return false;
            }
            RestartPolicy policy = failedChild.restartPolicy();
            if (policy.scope() == RestartPolicy.Scope.ESCALATE) {
                escalate(new RuntimeException(failedChild.path() + " failed: " + Messages.oneLine(cause), cause));
                return false;
            }
            if (!leaks.isEmpty()) {
                return escalateLeaks();
            }
            if (policy.escalatesOn(cause)) { // calls getCause(), which is user code
                escalate(new RuntimeException(
                        failedChild.path()
                                + " failed with an exception after which its supervision does not restart it: "
                                + Messages.oneLine(cause),
                        cause));
                return false;
            }
            Duration pause = cause instanceof RestartRequest
                    ? Duration.ZERO
                    : failedChild.restartHistory.recordFailure(policy, serviceTree.time(), serviceTree.random(), cause);
            if (pause == null) {
                escalate(intensityExceeded(policy));
                return false;
            }
            failedChild
                    .hooks()
                    .log()
                    .warn(
                            "{} failed ({}); restarting in {}",
                            failedChild.path(),
                            Messages.oneLine(cause),
                            Durations.toHumanString(pause));
            String path = failedChild.path();
            Throwable failure = cause;
            serviceTree.events().add(() -> listener -> listener.restartScheduled(path, pause, failure));
            if (policy.scope() != RestartPolicy.Scope.ONE_FOR_ONE && !awaitParentStart()) {
                return false;
            }
            List<ServiceNode> taken = takeGroup(policy.scope(), WaitQueue.deadlineAfter(serviceTree.time(), pause));
            for (ServiceNode serviceNode : taken.reversed()) { // the stop also wakes a recovery that waits to start it
                if (serviceNode != failedChild) {
                    stopForRestart(serviceNode);
                }
            }
            return leaks.isEmpty() || escalateLeaks();
        }

        /** Escalates, because two instances of a service at a time would be worse than none. */
        private boolean escalateLeaks() {
            StringBuilder text = new StringBuilder(
                    failedChild.path() + " failed and cannot be restarted, because these tasks did not stop:");
            leaks.forEach(leak -> text.append('\n').append(leak));
            escalate(new RuntimeException(text.toString(), cause));
            return false;
        }

        /** Waits until the parent has started all its children, because a group is stopped and started as a whole. */
        private boolean awaitParentStart() {
            try {
                parent.waitQueue()
                        .await(
                                () -> (parent.state == State.STARTING && holdsToken(failedChild)) ? null : true,
                                serviceTree.time(),
                                WaitQueue.never(serviceTree.time()));
                return holdsToken(failedChild);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }

        /** Takes over all nodes that are to be restarted together, in one step. Returns the nodes that it has to stop. */
        private List<ServiceNode> takeGroup(RestartPolicy.Scope scope, long pauseEnd) {
            return serviceTree.withLock(() -> {
                if (!holdsToken(failedChild)) {
                    return List.of();
                }
                failedChild.restartHistory.beginPause(serviceTree.time(), pauseEnd);
                if (scope == RestartPolicy.Scope.ONE_FOR_ONE) {
                    return List.of(failedChild);
                }
                boolean all = scope == RestartPolicy.Scope.ONE_FOR_ALL;
                group = parentRun.startOrder.stream()
                        .dropWhile(serviceNode -> !all && serviceNode != failedChild)
                        .filter(serviceNode -> serviceNode.recoveryToken != null
                                || (serviceNode.serviceRun != null && !serviceNode.serviceRun.isLastRun))
                        .collect(Collectors.toCollection(ArrayList::new));
                group.forEach(serviceNode -> serviceNode.recoveryToken = token);
                return group;
            });
        }

        private void stopForRestart(ServiceNode serviceNode) {
            StopResult stopResult = serviceTree
                    .stopSequence()
                    .stop(serviceNode, Deadline.after(serviceTree.stopTimeout(serviceNode)), false);
            leaks = stopResult.leaks().isEmpty() ? leaks : stopResult.leaks();
            if (!stopResult.isClean()) {
                serviceNode.hooks().log().error("{}", stopResult.message(serviceNode.path()));
            }
        }

        /**
         * Waits for the backoff.
         *
         * @return false if there is nothing left to start
         */
        private boolean awaitBackoff() {
            RestartHistory restartHistory = failedChild.restartHistory;
            try {
                long until = WaitQueue.deadlineAfter(
                        serviceTree.time(), restartHistory.remainingPause().orElse(Duration.ZERO));
                parent.waitQueue().await(() -> pending().isEmpty() ? true : null, serviceTree.time(), until);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            } finally {
                restartHistory.endPause();
            }
            return !pending().isEmpty();
        }

        /**
         * Starts the nodes that hold the token, in order.
         *
         * @return false if a start failed
         */
        private boolean startGroup() {
            for (ServiceNode serviceNode : pending()) {
                if (!holdsToken(serviceNode)) {
                    continue; // stopped, or taken over by another recovery, in the meantime
                }
                boolean isFailedChild = serviceNode == failedChild;
                try {
                    if (isFailedChild) {
                        serviceNode.restartHistory.recordRestart();
                        replaceIfConfigured(serviceNode);
                    }
                    ServiceNode started = isFailedChild ? failedChild : serviceNode;
                    serviceTree.startSequence().start(started, parentRun, () -> holdsToken(started));
                    releaseToken(started);
                    recordRestart(isFailedChild, started, true);
                    if (isFailedChild) {
                        int restarts = started.restartHistory.summary().count();
                        serviceTree.events().add(() -> listener -> listener.restarted(started.path(), restarts));
                    }
                } catch (RuntimeException e) {
                    ServiceNode failed = isFailedChild ? failedChild : serviceNode;
                    recordRestart(isFailedChild, failed, false);
                    if (holdsToken(failed)) {
                        failedChild = failed;
                        cause = e;
                        outage = serviceTree.recorder.begin(Timing.Kind.RESTART);
                        return false;
                    }
                }
            }
            return true;
        }

        private void recordRestart(boolean isFailedChild, ServiceNode serviceNode, boolean running) {
            if (isFailedChild) {
                serviceTree.recorder.restarted(outage, serviceNode.path(), running, cause);
            }
        }

        /** Replaces the failed child by a new node, if its supervision has a factory. */
        private void replaceIfConfigured(ServiceNode serviceNode) {
            Supplier<ServiceNode> factory = serviceNode.restartPolicy().factory();
            if (factory == null) {
                return;
            }
            try {
                ServiceNode replacement = factory.get();
                serviceTree.withLock(() -> {
                    if (!holdsToken(serviceNode)) {
                        throw new StartException(
                                serviceNode.path(),
                                serviceNode.path() + " was not replaced: it was stopped in the meantime",
                                true,
                                null);
                    }
                    serviceNode.replaceWith(replacement);
                    List<ServiceNode> order = List.copyOf(parentRun.startOrder);
                    parentRun.startOrder.clear();
                    order.forEach(each -> parentRun.startOrder.add(each == serviceNode ? replacement : each));
                    replacement.recoveryToken = serviceNode.recoveryToken;
                    serviceNode.recoveryToken = null;
                });
                group.replaceAll(each -> each == serviceNode ? replacement : each);
                failedChild = replacement;
                serviceTree.stopSequence().markSubtreeTerminated(serviceNode);
                serviceTree.settings().removeChild(serviceNode);
                replacement.attachToTree(serviceTree);
                serviceTree.settings().bindAdded(replacement);
            } catch (RuntimeException | Error e) { // an Error of the factory must not end the supervision
                throw new StartException(
                        serviceNode.path(),
                        failedChild.path() + " could not be created again: " + Messages.oneLine(e),
                        false,
                        e);
            }
        }

        /** Returns the nodes that this recovery has to start, in order; none if the parent is stopping. */
        private List<ServiceNode> pending() {
            return serviceTree.withLock(
                    () -> group.stream().filter(this::holdsToken).toList());
        }

        private boolean holdsToken(ServiceNode serviceNode) {
            return serviceTree.withLock(
                    () -> serviceNode.recoveryToken == token && !parentRun.ending && !parentRun.isCancelled());
        }

        private void releaseToken(ServiceNode serviceNode) {
            serviceTree.withLock(() -> {
                if (serviceNode.recoveryToken == token) {
                    serviceNode.recoveryToken = null;
                }
            });
        }

        private void escalate(Throwable failure) {
            serviceTree.fail(parent, parentRun, failure);
        }

        private Throwable intensityExceeded(RestartPolicy policy) {
            List<Throwable> history = failedChild.restartHistory.recentFailures();
            StringBuilder text = new StringBuilder(failedChild.path() + " failed " + history.size() + " times within "
                    + Durations.toHumanString(policy.window()) + "; its supervision allows " + policy.maxRestarts()
                    + " restarts");
            history.forEach(each -> text.append("\n  ").append(Messages.oneLine(each)));
            RuntimeException exhausted = new RuntimeException(text.toString(), cause);
            history.subList(0, history.size() - 1).forEach(exhausted::addSuppressed); // the last is the cause
            return exhausted;
        }
    }
}
