package dev.ginkgo.internal.engine;

import dev.ginkgo.config.Durations;
import dev.ginkgo.internal.concurrent.WaitQueue;
import dev.ginkgo.lifecycle.NotReadyException;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.lifecycle.Status;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Waits until a node is ready or cannot become ready any more, or until it has stopped. */
final class ReadyWait {
    private ReadyWait() {}

    /**
     * Waits in the time of the node's tree.
     *
     * @throws NotReadyException after {@code atMost}, or as soon as the node has failed or stopped permanently
     */
    static void await(ServiceNode serviceNode, Duration atMost) throws InterruptedException {
        TimeSource timeSource = serviceNode.timeOrSystem();
        Boolean ready = serviceNode
                .waitQueue()
                .await(() -> readinessOrNull(serviceNode), timeSource, WaitQueue.deadlineAfter(timeSource, atMost));
        if (!Boolean.TRUE.equals(ready)) {
            Status status = serviceNode.status();
            String why = status.reason().isEmpty() ? "" : " (" + status.reason() + ")";
            throw new NotReadyException(
                    status.path(),
                    status.state(),
                    status.path() + " is " + status.state() + why
                            + (ready == null
                                    ? ", and was not ready within " + Durations.toHumanString(atMost)
                                    : ", permanently"),
                    nearestFailure(serviceNode));
        }
    }

    /** Waits until the node has stopped or failed permanently. */
    static void awaitStopped(ServiceNode serviceNode) throws InterruptedException {
        ServiceTree tree = serviceNode.treeOrNull();
        if (tree == null) {
            return;
        }
        boolean root = serviceNode == tree.root();
        serviceNode
                .waitQueue()
                .await(
                        () -> (tree.isTerminated()
                                        || (!root && serviceNode.terminated && serviceNode.serviceRun == null))
                                ? true
                                : null,
                        TimeSource.system(),
                        WaitQueue.never(TimeSource.system()));
    }

    /** Returns whether the node is ready; null while it can still become ready. */
    private static @Nullable Boolean readinessOrNull(ServiceNode serviceNode) {
        State now = serviceNode.state;
        if (now == State.READY) {
            return true;
        }
        boolean never = serviceNode.terminated || (now == State.FAILED && !canBeRestarted(serviceNode));
        return never ? false : null;
    }

    /** Returns the failure of the node or of its nearest failed ancestor. */
    private static @Nullable Throwable nearestFailure(ServiceNode start) {
        for (ServiceNode serviceNode = start; serviceNode != null; serviceNode = serviceNode.parent()) {
            Throwable failure = serviceNode.failure;
            if (failure != null) {
                return failure;
            }
        }
        return null;
    }

    /** Returns whether supervision restarts the node or one of its ancestors after a failure. */
    private static boolean canBeRestarted(ServiceNode start) {
        for (ServiceNode serviceNode = start; serviceNode != null; serviceNode = serviceNode.parent()) {
            if (serviceNode.restartPolicy().scope() != RestartPolicy.Scope.ESCALATE) {
                return true;
            }
        }
        return false;
    }
}
