package dev.ginkgo;

import dev.ginkgo.config.Durations;
import dev.ginkgo.internal.concurrent.Waiters;
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
    static void await(Node node, Duration atMost) throws InterruptedException {
        Time time = node.timeOrSystem();
        Boolean up = node.waiters().await(() -> readyOrNever(node), time, Waiters.in(time, atMost));
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
    private static @Nullable Boolean readyOrNever(Node node) {
        State now = node.state;
        if (now == State.READY) {
            return true;
        }
        boolean never = node.ended || (now == State.FAILED && !mayRestart(node));
        return never ? false : null;
    }

    /** Its own failure, or that which prevented its start. */
    private static @Nullable Throwable failureHereOrAbove(Node start) {
        for (Node node = start; node != null; node = node.parent()) {
            Throwable failure = node.failure;
            if (failure != null) {
                return failure;
            }
        }
        return null;
    }

    /** Whether it, or a node above it, is restarted after a failure. */
    private static boolean mayRestart(Node start) {
        for (Node node = start; node != null; node = node.parent()) {
            if (node.supervision().scope() != RestartPolicy.Scope.NONE) {
                return true;
            }
        }
        return false;
    }
}
