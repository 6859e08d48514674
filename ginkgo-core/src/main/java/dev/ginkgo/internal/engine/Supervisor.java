package dev.ginkgo.internal.engine;

import dev.ginkgo.Supervision;
import dev.ginkgo.config.Durations;
import dev.ginkgo.internal.concurrent.Deadline;
import dev.ginkgo.internal.concurrent.WaitQueue;
import dev.ginkgo.internal.config.Messages;
import dev.ginkgo.lifecycle.Leak;
import dev.ginkgo.lifecycle.StartException;
import dev.ginkgo.lifecycle.State;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What follows the failure of a service that was up. Each failure is worked off on a thread of its own: the failed
 * one is wound down, then it, or the group that its {@link Supervision} names, is started again after a pause, or
 * the failure goes up.
 *
 * <p>A node that is down and is to come back has one {@linkplain ServiceNode#recoveryToken keeper}: the recovery that will start
 * it. A recovery takes its whole group in one step; of two siblings that fail at the same moment one takes the
 * other, with what that one had taken. A stop takes a node out of its keeper's hands, which goes on with the rest.
 */
final class Supervisor {
    /** Stands for one recovery, from the moment of the failure on. */
    static final class RecoveryToken {}

    private final ServiceTree serviceTree;

    Supervisor(ServiceTree serviceTree) {
        this.serviceTree = serviceTree;
    }

    /** Called once for each run that failed while it was up. */
    void failed(ServiceNode serviceNode, ServiceRun serviceRun, Throwable cause, RecoveryToken recoveryToken) {
        StopResult stopResult = serviceTree
                .stopSequence()
                .windDown(serviceNode, serviceRun, Deadline.after(serviceTree.stopTimeout(serviceNode)));
        serviceTree.stopSequence().finish(serviceNode, serviceRun, stopResult);
        ServiceNode parent = serviceNode.parent();
        ServiceRun parentRun = serviceRun.parent();
        if (parent != null && parentRun != null) {
            new Recovery(parent, parentRun, serviceNode, cause, recoveryToken, stopResult.leaks()).run();
        }
    }

    /** One failure of one child, from its end to the child's return or the parent's failure. */
    private final class Recovery {
        private final ServiceNode parent;
        private final ServiceRun parentRun;
        private final RecoveryToken token;
        private ServiceNode failedChild;
        private Throwable cause;

        /** Tasks that did not end: a restart would run beside them. */
        private List<Leak> leaks;

        Recovery(
                ServiceNode parent,
                ServiceRun parentRun,
                ServiceNode culprit,
                Throwable cause,
                RecoveryToken self,
                List<Leak> leaks) {
            this.parent = parent;
            this.parentRun = parentRun;
            this.failedChild = culprit;
            this.cause = cause;
            this.token = self;
            this.leaks = leaks;
        }

        void run() {
            while (prepareRestart() && awaitBackoff() && !startGroup()) {
                // a start failed: its failure is worked off like the one before
            }
        }

        /** Decides; stops what is to be restarted together. False if there is nothing to restart. */
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
            Duration pause =
                    failedChild.restartHistory.recordFailure(policy, serviceTree.time(), serviceTree.random(), cause);
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
            if (policy.scope() != RestartPolicy.Scope.ONE_FOR_ONE && !awaitParentStart()) {
                return false;
            }
            List<ServiceNode> group = takeGroup(policy.scope(), WaitQueue.deadlineAfter(serviceTree.time(), pause));
            parent.waitQueue().signal(); // another recovery may have lost what it waited for
            for (ServiceNode serviceNode : group.reversed()) {
                if (serviceNode != failedChild) {
                    stopForRestart(serviceNode);
                }
            }
            return leaks.isEmpty() || escalateLeaks();
        }

        /** Two of one service at a time would be worse than none: whoever is above decides. */
        private boolean escalateLeaks() {
            StringBuilder text = new StringBuilder(
                    failedChild.path() + " failed, and cannot be restarted beside what did not stop:");
            leaks.forEach(leak -> text.append('\n').append(leak));
            escalate(new RuntimeException(text.toString(), cause));
            return false;
        }

        /** A group is stopped and started as a whole, so not while the parent is still starting it. */
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

        /** Takes all that are to be restarted together, in one step. */
        private List<ServiceNode> takeGroup(RestartPolicy.Scope scope, long pauseEnd) {
            return serviceTree.withLock(() -> {
                if (!holdsToken(failedChild)) {
                    return List.of();
                }
                failedChild.restartHistory.beginPause(serviceTree.time(), pauseEnd);
                if (scope == RestartPolicy.Scope.ONE_FOR_ONE) {
                    return List.of(failedChild);
                }
                int from = scope == RestartPolicy.Scope.ONE_FOR_ALL ? 0 : parentRun.startOrder.indexOf(failedChild);
                List<ServiceNode> group = parentRun.startOrder.subList(from, parentRun.startOrder.size()).stream()
                        .filter(serviceNode -> serviceNode.recoveryToken != null
                                || (serviceNode.serviceRun != null && !serviceNode.serviceRun.isLastRun))
                        .toList();
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

        /** Waits out the backoff. False if there is nothing left to start. */
        private boolean awaitBackoff() {
            RestartHistory restartHistory = failedChild.restartHistory;
            try {
                long until = WaitQueue.deadlineAfter(
                        serviceTree.time(), restartHistory.remainingPause().orElse(Duration.ZERO));
                parent.waitQueue().await(() -> next() == null ? true : null, serviceTree.time(), until);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            } finally {
                restartHistory.endPause();
            }
            return next() != null;
        }

        /** Starts what is kept, in order. False if a start failed. */
        private boolean startGroup() {
            for (ServiceNode serviceNode = next(); serviceNode != null; serviceNode = next()) {
                boolean renew = serviceNode == failedChild;
                try {
                    if (renew) {
                        serviceNode.restartHistory.recordRestart();
                        replaceIfConfigured(serviceNode);
                    }
                    ServiceNode started = renew ? failedChild : serviceNode;
                    serviceTree.startSequence().start(started, parentRun, () -> holdsToken(started));
                    releaseToken(started);
                } catch (RuntimeException e) {
                    ServiceNode failed = renew ? failedChild : serviceNode;
                    if (holdsToken(failed)) {
                        failedChild = failed;
                        cause = e;
                        return false;
                    }
                }
            }
            return true;
        }

        /** Puts a fresh one in the culprit's place, where its supervision says so. */
        private void replaceIfConfigured(ServiceNode serviceNode) {
            Supplier<ServiceNode> maker = serviceNode.restartPolicy().factory();
            if (maker == null) {
                return;
            }
            try {
                ServiceNode fresh = maker.get();
                serviceTree.withLock(() -> {
                    if (!holdsToken(serviceNode)) {
                        throw new StartException(
                                serviceNode.path(),
                                serviceNode.path() + " was not replaced: it was stopped meanwhile",
                                true,
                                null);
                    }
                    serviceNode.replaceWith(fresh);
                    parentRun.startOrder.replaceAll(each -> each == serviceNode ? fresh : each);
                    fresh.recoveryToken = serviceNode.recoveryToken;
                    serviceNode.recoveryToken = null;
                });
                failedChild = fresh;
                serviceTree.stopSequence().markSubtreeTerminated(serviceNode);
                serviceTree.settings().removeChild(serviceNode);
                fresh.attachToTree(serviceTree);
                serviceTree.settings().bindAdded(fresh);
            } catch (RuntimeException e) {
                throw new StartException(
                        serviceNode.path(),
                        failedChild.path() + " could not be made anew: " + Messages.oneLine(e),
                        false,
                        e);
            }
        }

        /** The first that this recovery has still to start; null if there is none, or the parent ends. */
        private @Nullable ServiceNode next() {
            return serviceTree.withLock(() -> parentRun.startOrder.stream()
                    .filter(this::holdsToken)
                    .findFirst()
                    .orElse(null));
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
