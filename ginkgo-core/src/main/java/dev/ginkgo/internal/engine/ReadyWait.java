package dev.ginkgo.internal.engine;

import dev.ginkgo.config.Durations;
import dev.ginkgo.internal.concurrent.WaitQueue;
import dev.ginkgo.lifecycle.NotReadyException;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Waits until a node is ready, or can no longer become ready. */
final class ReadyWait {
    private ReadyWait() {}

    /**
     * Waits in the time of the node's tree.
     *
     * @throws NotReadyException after {@code atMost}, or as soon as the node has failed or stopped for good
     */
    static void await(ServiceNode node, Duration atMost) throws InterruptedException {
        TimeSource time = node.timeOrSystem();
        Boolean up = node.waiters().await(() -> readyOrNever(node), time, WaitQueue.in(time, atMost));
        if (!Boolean.TRUE.equals(up)) {
            String why = node.reason.isEmpty() ? "" : " (" + node.reason + ")";
            throw new NotReadyException(
                    node.path(),
                    node.state,
                    node.path() + " is " + node.state + why
                            + (up == null ? ", and was not ready within " + Durations.shortly(atMost) : ", for good"),
                    failureHereOrAbove(node));
        }
    }

    /** Whether it is ready; null while it may become so. */
    private static @Nullable Boolean readyOrNever(ServiceNode node) {
        State now = node.state;
        if (now == State.READY) {
            return true;
        }
        boolean never = node.ended || (now == State.FAILED && !mayRestart(node));
        return never ? false : null;
    }

    /** Its own failure, or that which prevented its start. */
    private static @Nullable Throwable failureHereOrAbove(ServiceNode start) {
        for (ServiceNode node = start; node != null; node = node.parent()) {
            Throwable failure = node.failure;
            if (failure != null) {
                return failure;
            }
        }
        return null;
    }

    /** Whether it, or a node above it, is restarted after a failure. */
    private static boolean mayRestart(ServiceNode start) {
        for (ServiceNode node = start; node != null; node = node.parent()) {
            if (node.supervision().scope() != RestartPolicy.Scope.NONE) {
                return true;
            }
        }
        return false;
    }
}
