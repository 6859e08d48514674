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
 * <p>A node that is down and is to come back has one {@linkplain ServiceNode#keeper keeper}: the recovery that will start
 * it. A recovery takes its whole group in one step; of two siblings that fail at the same moment one takes the
 * other, with what that one had taken. A stop takes a node out of its keeper's hands, which goes on with the rest.
 */
final class Supervisor {
    /** Stands for one recovery, from the moment of the failure on. */
    static final class RecoveryToken {}

    private final ServiceTree tree;

    Supervisor(ServiceTree tree) {
        this.tree = tree;
    }

    /** Called once for each run that failed while it was up. */
    void failed(ServiceNode node, ServiceRun run, Throwable cause, RecoveryToken keeper) {
        StopResult outcome = tree.stopping().windDown(node, run, Deadline.in(tree.stopTimeout(node)));
        tree.stopping().finish(node, run, outcome);
        ServiceNode parent = node.parent();
        ServiceRun parentRun = run.parent();
        if (parent != null && parentRun != null) {
            new Recovery(parent, parentRun, node, cause, keeper, outcome.leaks()).run();
        }
    }

    /** One failure of one child, from its end to the child's return or the parent's failure. */
    private final class Recovery {
        private final ServiceNode parent;
        private final ServiceRun parentRun;
        private final RecoveryToken self;
        private ServiceNode culprit;
        private Throwable cause;

        /** Tasks that did not end: a restart would run beside them. */
        private List<Leak> leaks;

        Recovery(ServiceNode parent, ServiceRun parentRun, ServiceNode culprit, Throwable cause, RecoveryToken self, List<Leak> leaks) {
            this.parent = parent;
            this.parentRun = parentRun;
            this.culprit = culprit;
            this.cause = cause;
            this.self = self;
            this.leaks = leaks;
        }

        void run() {
            while (prepare() && pause() && !startKept()) {
                // a start failed: its failure is worked off like the one before
            }
        }

        /** Decides; stops what is to be restarted together. False if there is nothing to restart. */
        private boolean prepare() {
            if (!keeps(culprit)) {
                return false;
            }
            RestartPolicy policy = culprit.supervision();
            if (policy.scope() == RestartPolicy.Scope.NONE) {
                escalate(new RuntimeException(culprit.path() + " failed: " + Messages.oneLine(cause), cause));
                return false;
            }
            if (!leaks.isEmpty()) {
                return refuse();
            }
            Duration pause = culprit.restarts.next(policy, tree.time(), tree.random(), cause);
            if (pause == null) {
                escalate(exhausted(policy));
                return false;
            }
            culprit.service()
                    .log()
                    .warn(
                            "{} failed ({}); restarting in {}",
                            culprit.path(),
                            Messages.oneLine(cause),
                            Durations.shortly(pause));
            if (policy.scope() != RestartPolicy.Scope.ONE && !awaitParent()) {
                return false;
            }
            List<ServiceNode> group = take(policy.scope(), WaitQueue.in(tree.time(), pause));
            parent.waiters().signal(); // another recovery may have lost what it waited for
            for (ServiceNode node : group.reversed()) {
                if (node != culprit) {
                    stopForRestart(node);
                }
            }
            return leaks.isEmpty() || refuse();
        }

        /** Two of one service at a time would be worse than none: whoever is above decides. */
        private boolean refuse() {
            StringBuilder text =
                    new StringBuilder(culprit.path() + " failed, and cannot be restarted beside what did not stop:");
            leaks.forEach(leak -> text.append('\n').append(leak));
            escalate(new RuntimeException(text.toString(), cause));
            return false;
        }

        /** A group is stopped and started as a whole, so not while the parent is still starting it. */
        private boolean awaitParent() {
            try {
                parent.waiters()
                        .await(
                                () -> (parent.state == State.STARTING && keeps(culprit)) ? null : true,
                                tree.time(),
                                WaitQueue.forever(tree.time()));
                return keeps(culprit);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }

        /** Takes all that are to be restarted together, in one step. */
        private List<ServiceNode> take(RestartPolicy.Scope scope, long pauseEnd) {
            return tree.locked(() -> {
                if (!keeps(culprit)) {
                    return List.of();
                }
                culprit.restarts.pausing(tree.time(), pauseEnd);
                if (scope == RestartPolicy.Scope.ONE) {
                    return List.of(culprit);
                }
                int from = scope == RestartPolicy.Scope.ALL ? 0 : parentRun.order.indexOf(culprit);
                List<ServiceNode> group = parentRun.order.subList(from, parentRun.order.size()).stream()
                        .filter(node -> node.keeper != null || (node.run != null && !node.run.last))
                        .toList();
                group.forEach(node -> node.keeper = self);
                return group;
            });
        }

        private void stopForRestart(ServiceNode node) {
            StopResult outcome = tree.stopping().stop(node, Deadline.in(tree.stopTimeout(node)), false);
            leaks = outcome.leaks().isEmpty() ? leaks : outcome.leaks();
            if (!outcome.isClean()) {
                node.service().log().error("{}", outcome.message(node.path()));
            }
        }

        /** Waits out the backoff. False if there is nothing left to start. */
        private boolean pause() {
            RestartHistory restarts = culprit.restarts;
            try {
                long until = WaitQueue.in(tree.time(), restarts.left().orElse(Duration.ZERO));
                parent.waiters().await(() -> next() == null ? true : null, tree.time(), until);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            } finally {
                restarts.pauseOver();
            }
            return next() != null;
        }

        /** Starts what is kept, in order. False if a start failed. */
        private boolean startKept() {
            for (ServiceNode node = next(); node != null; node = next()) {
                boolean renew = node == culprit;
                try {
                    if (renew) {
                        node.restarts.restarted();
                        renew(node);
                    }
                    ServiceNode started = renew ? culprit : node;
                    tree.starting().start(started, parentRun, () -> keeps(started));
                    release(started);
                } catch (RuntimeException e) {
                    ServiceNode failed = renew ? culprit : node;
                    if (keeps(failed)) {
                        culprit = failed;
                        cause = e;
                        return false;
                    }
                }
            }
            return true;
        }

        /** Puts a fresh one in the culprit's place, where its supervision says so. */
        private void renew(ServiceNode node) {
            Supplier<ServiceNode> maker = node.supervision().fresh();
            if (maker == null) {
                return;
            }
            try {
                ServiceNode fresh = maker.get();
                tree.locked(() -> {
                    if (!keeps(node)) {
                        throw new StartException(
                                node.path(), node.path() + " was not replaced: it was stopped meanwhile", true, null);
                    }
                    node.replaceBy(fresh);
                    parentRun.order.replaceAll(each -> each == node ? fresh : each);
                    fresh.keeper = node.keeper;
                    node.keeper = null;
                });
                culprit = fresh;
                tree.stopping().endBelow(node);
                tree.settings().forget(node);
                fresh.attach(tree);
                tree.settings().bindAdded(fresh);
            } catch (RuntimeException e) {
                throw new StartException(
                        node.path(), culprit.path() + " could not be made anew: " + Messages.oneLine(e), false, e);
            }
        }

        /** The first that this recovery has still to start; null if there is none, or the parent ends. */
        private @Nullable ServiceNode next() {
            return tree.locked(() ->
                    parentRun.order.stream().filter(this::keeps).findFirst().orElse(null));
        }

        private boolean keeps(ServiceNode node) {
            return tree.locked(() -> node.keeper == self && !parentRun.ending && !parentRun.isCancelled());
        }

        private void release(ServiceNode node) {
            tree.locked(() -> {
                if (node.keeper == self) {
                    node.keeper = null;
                }
            });
        }

        private void escalate(Throwable failure) {
            tree.fail(parent, parentRun, failure);
        }

        private Throwable exhausted(RestartPolicy policy) {
            List<Throwable> history = culprit.restarts.history();
            StringBuilder text = new StringBuilder(culprit.path() + " failed " + history.size() + " times within "
                    + Durations.shortly(policy.window()) + "; its supervision allows " + policy.most() + " restarts");
            history.forEach(each -> text.append("\n  ").append(Messages.oneLine(each)));
            RuntimeException exhausted = new RuntimeException(text.toString(), cause);
            history.subList(0, history.size() - 1).forEach(exhausted::addSuppressed); // the last is the cause
            return exhausted;
        }
    }
}
