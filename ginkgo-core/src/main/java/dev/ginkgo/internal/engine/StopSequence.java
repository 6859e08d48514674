package dev.ginkgo;

import static dev.ginkgo.State.FAILED;
import static dev.ginkgo.State.NEW;
import static dev.ginkgo.State.STARTING;
import static dev.ginkgo.State.STOPPED;
import static dev.ginkgo.State.STOPPING;

import dev.ginkgo.internal.concurrent.Waiters;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Takes a node down, in the mirror of its start: {@code onStop} while the tasks live, then the tasks, then what it
 * owns, then the children. Nothing that goes wrong stops the rest; it is collected in an {@link Outcome}.
 *
 * <p>One deadline governs all. Tasks that were interrupted may take half of what is left where children still have
 * to stop, so that one deaf task does not cost them their turn; it is then joined again at the end.
 */
final class Stopping {
    private final Tree tree;

    Stopping(Tree tree) {
        this.tree = tree;
    }

    private enum Part {
        NOTHING,
        PERFORM,
        WAIT
    }

    /**
     * Stops a node, or waits for the stop that is under way.
     *
     * @param last whether nobody will start it again
     */
    Outcome stop(Node node, Deadline deadline, boolean last) {
        AtomicReference<@Nullable Run> found = new AtomicReference<>();
        Part part = tree.locked(() -> {
            if (tree.isOver()) {
                return Part.NOTHING; // everything has stopped, and may be running in another tree by now
            }
            node.restarts.pauseOver();
            if (last) {
                node.keeper = null;
            }
            Run run = node.run;
            found.set(run);
            if (run == null) {
                if (last && node.state != NEW) {
                    node.markEnded(true);
                }
                return Part.NOTHING;
            }
            run.last |= last;
            if (node.state == STARTING) {
                run.cancelled = true;
                if (run.stopDeadline == null) {
                    run.stopDeadline = deadline;
                }
                return Part.WAIT;
            }
            if (!node.state.isUp()) {
                return Part.WAIT; // STOPPING, or FAILED and being wound down
            }
            run.ending = true;
            run.cancelled = true;
            tree.move(node, STOPPING, "", null);
            return Part.PERFORM;
        });
        tree.signalBelow(node);
        Node parent = node.parent();
        if (parent != null) {
            parent.waiters().signal(); // a recovery may have waited to start it again
        }
        Run run = found.get();
        if (run == null) {
            return node.outcome;
        }
        if (part == Part.PERFORM) {
            finish(node, run, windDown(node, run, deadline));
        } else {
            node.waiters()
                    .awaitUninterruptibly(
                            () -> node.run == run ? null : true, Time.system(), Waiters.forever(Time.system()));
        }
        return run.outcome; // not the node's, which may have been started again
    }

    /** Everything between the begin of a stop and its end. Called once for a run, by whoever set it to end. */
    Outcome windDown(Node node, Run run, Deadline deadline) {
        List<Throwable> errors = new ArrayList<>();
        Outcome below = Outcome.CLEAN;
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
        return new Outcome(List.copyOf(errors), leaks).plus(below);
    }

    /** The end of a run: its state, and the word to all who wait. */
    void finish(Node node, Run run, Outcome outcome) {
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
    void endBelow(Node node) {
        tree.locked(() -> node.markEnded(true));
        tree.signalBelow(node);
    }

    private List<Node> order(Run run) {
        return tree.locked(() -> List.copyOf(run.order));
    }

    private Outcome stopChildren(Run run, Deadline deadline) {
        Outcome all = Outcome.CLEAN;
        for (Node child : order(run).reversed()) {
            all = all.plus(stop(child, deadline.sooner(tree.stopTimeout(child)), run.last));
            if (child.added) {
                tree.discard(run, child);
            }
        }
        return all;
    }

    private void callOnStop(Node node, Run run, Deadline deadline, List<Throwable> errors) {
        if (deadline.isOver()) {
            errors.add(new HookFailure(run.path() + ": onStop was left out, for the time to stop was over"));
            return;
        }
        if (node.waiters()
                        .awaitUninterruptibly(
                                () -> run.isReloading() ? null : true,
                                Time.system(),
                                deadline.half().nanos())
                == null) {
            errors.add(new HookFailure(
                    run.path() + ": onStop was left out, for onReload, though interrupted, still runs"));
            return;
        }
        Throwable thrown = Hook.call(node, run, "onStop", node.service()::onStop, deadline);
        if (thrown != null) {
            errors.add(new HookFailure(run.path(), "onStop", thrown));
        }
    }

    private static void join(Node node, Run run, Deadline deadline) {
        node.waiters().awaitUninterruptibly(() -> run.taskCount() == 0 ? true : null, Time.system(), deadline.nanos());
    }

    private static void closeOwned(Node node, Run run, Deadline deadline, List<Throwable> errors) {
        while (true) {
            AutoCloseable resource = run.nextOwned();
            if (resource == null) {
                return;
            }
            Throwable thrown = Hook.call(node, run, "close", resource::close, deadline.withGrace());
            if (thrown != null) {
                errors.add(new HookFailure(run.path(), "closing " + resource, thrown));
            }
        }
    }
}
