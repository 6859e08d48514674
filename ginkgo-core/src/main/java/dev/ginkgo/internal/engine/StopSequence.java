package dev.ginkgo.internal.engine;

import static dev.ginkgo.lifecycle.State.FAILED;
import static dev.ginkgo.lifecycle.State.NEW;
import static dev.ginkgo.lifecycle.State.STARTING;
import static dev.ginkgo.lifecycle.State.STOPPED;
import static dev.ginkgo.lifecycle.State.STOPPING;

import dev.ginkgo.internal.concurrent.Deadline;
import dev.ginkgo.internal.concurrent.WaitQueue;
import dev.ginkgo.lifecycle.Leak;
import dev.ginkgo.lifecycle.StopException;
import dev.ginkgo.time.TimeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Takes a node down, in the mirror of its start: {@code onStop} while the tasks live, then the tasks, then what it
 * owns, then the children. Nothing that goes wrong stops the rest; it is collected in an {@link StopResult}.
 *
 * <p>One deadline governs all. Tasks that were interrupted may take half of what is left where children still have
 * to stop, so that one deaf task does not cost them their turn; it is then joined again at the end.
 */
final class StopSequence {
    private final ServiceTree tree;

    StopSequence(ServiceTree tree) {
        this.tree = tree;
    }

    private enum Role {
        NOTHING,
        PERFORM,
        WAIT
    }

    /**
     * Stops a node, or waits for the stop that is under way.
     *
     * @param last whether nobody will start it again
     */
    StopResult stop(ServiceNode node, Deadline deadline, boolean last) {
        AtomicReference<@Nullable ServiceRun> found = new AtomicReference<>();
        Role part = tree.locked(() -> {
            if (tree.isOver()) {
                return Role.NOTHING; // everything has stopped, and may be running in another tree by now
            }
            node.restarts.pauseOver();
            if (last) {
                node.keeper = null;
            }
            ServiceRun run = node.run;
            found.set(run);
            if (run == null) {
                if (last && node.state != NEW) {
                    node.markEnded(true);
                }
                return Role.NOTHING;
            }
            run.last |= last;
            if (node.state == STARTING) {
                run.cancelled = true;
                if (run.stopDeadline == null) {
                    run.stopDeadline = deadline;
                }
                return Role.WAIT;
            }
            if (!node.state.isUp()) {
                return Role.WAIT; // STOPPING, or FAILED and being wound down
            }
            run.ending = true;
            run.cancelled = true;
            tree.move(node, STOPPING, "", null);
            return Role.PERFORM;
        });
        tree.signalBelow(node);
        ServiceNode parent = node.parent();
        if (parent != null) {
            parent.waiters().signal(); // a recovery may have waited to start it again
        }
        ServiceRun run = found.get();
        if (run == null) {
            return node.outcome;
        }
        if (part == Role.PERFORM) {
            finish(node, run, windDown(node, run, deadline));
        } else {
            node.waiters()
                    .awaitUninterruptibly(
                            () -> node.run == run ? null : true, TimeSource.system(), WaitQueue.forever(TimeSource.system()));
        }
        return run.outcome; // not the node's, which may have been started again
    }

    /** Everything between the begin of a stop and its end. Called once for a run, by whoever set it to end. */
    StopResult windDown(ServiceNode node, ServiceRun run, Deadline deadline) {
        List<Throwable> errors = new ArrayList<>();
        StopResult below = StopResult.CLEAN;
        run.endReloads();
        if (node.hookFirst()) {
            below = stopChildren(run, deadline);
        }
        if (run.hookSucceeded()) {
            callOnStop(node, run, deadline, errors);
        }
        run.close();
        run.tasks().forEach(Task::interrupt);
        boolean othersWait = !node.hookFirst() && !order(run).isEmpty();
        join(node, run, othersWait ? deadline.half() : deadline);
        closeOwned(node, run, deadline, errors);
        if (!node.hookFirst()) {
            below = stopChildren(run, deadline);
        }
        if (run.taskCount() > 0) { // their sockets are closed now, which may have ended them
            run.tasks().forEach(Task::interrupt);
            join(node, run, deadline.withGrace());
        }
        List<Leak> leaks = run.tasks().stream().map(Task::leak).toList();
        leaks.forEach(leak -> node.service().log().error("{}", leak));
        return new StopResult(List.copyOf(errors), leaks).plus(below);
    }

    /** The end of a run: its state, and the word to all who wait. */
    void finish(ServiceNode node, ServiceRun run, StopResult outcome) {
        boolean last = tree.locked(() -> {
            if (node.state == STOPPING) {
                if (outcome.isClean()) {
                    tree.move(node, STOPPED, "", null);
                } else {
                    tree.move(
                            node,
                            FAILED,
                            outcome.leaks().isEmpty() ? "stop failed" : "leak",
                            new StopException(outcome.message(run.path()), outcome.errors(), outcome.leaks()));
                }
            }
            node.outcome = outcome;
            run.outcome = outcome;
            run.leaveBehind();
            node.run = null;
            if (run.last) {
                node.markEnded(true);
            }
            if (node == tree.root()) {
                tree.over(); // the last word: from here on it may be started again, in another tree
            }
            return run.last;
        });
        if (last) {
            tree.signalBelow(node);
        } else {
            node.waiters().signal();
        }
    }

    /** Nobody will start this node or those below it again. */
    void endBelow(ServiceNode node) {
        tree.locked(() -> node.markEnded(true));
        tree.signalBelow(node);
    }

    private List<ServiceNode> order(ServiceRun run) {
        return tree.locked(() -> List.copyOf(run.order));
    }

    private StopResult stopChildren(ServiceRun run, Deadline deadline) {
        StopResult all = StopResult.CLEAN;
        for (ServiceNode child : order(run).reversed()) {
            all = all.plus(stop(child, deadline.sooner(tree.stopTimeout(child)), run.last));
            if (child.added) {
                tree.discard(run, child);
            }
        }
        return all;
    }

    private void callOnStop(ServiceNode node, ServiceRun run, Deadline deadline, List<Throwable> errors) {
        if (deadline.isOver()) {
            errors.add(new HookException(run.path() + ": onStop was left out, for the time to stop was over"));
            return;
        }
        if (node.waiters()
                        .awaitUninterruptibly(
                                () -> run.isReloading() ? null : true,
                                TimeSource.system(),
                                deadline.half().nanos())
                == null) {
            errors.add(new HookException(
                    run.path() + ": onStop was left out, for onReload, though interrupted, still runs"));
            return;
        }
        Throwable thrown = HookCall.call(node, run, "onStop", node.service()::onStop, deadline);
        if (thrown != null) {
            errors.add(new HookException(run.path(), "onStop", thrown));
        }
    }

    private static void join(ServiceNode node, ServiceRun run, Deadline deadline) {
        node.waiters().awaitUninterruptibly(() -> run.taskCount() == 0 ? true : null, TimeSource.system(), deadline.nanos());
    }

    private static void closeOwned(ServiceNode node, ServiceRun run, Deadline deadline, List<Throwable> errors) {
        while (true) {
            AutoCloseable resource = run.nextOwned();
            if (resource == null) {
                return;
            }
            Throwable thrown = HookCall.call(node, run, "close", resource::close, deadline.withGrace());
            if (thrown != null) {
                errors.add(new HookException(run.path(), "closing " + resource, thrown));
            }
        }
    }
}
