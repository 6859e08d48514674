package dev.ginkgo.internal.engine;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a parent does when a child fails while running.
 *
 * @param scope which children are restarted
 * @param minBackoff the pause before the first restart
 * @param maxBackoff the longest pause
 * @param maxRestarts how many restarts within {@code window} are tried
 * @param window the period over which restarts are counted
 * @param factory creates the node that replaces the failed one; null to start the same one again
 */
public record RestartPolicy(
        Scope scope,
        Duration minBackoff,
        Duration maxBackoff,
        int maxRestarts,
        Duration window,
        @Nullable Supplier<ServiceNode> factory) {

    /** Which children are restarted when one fails. */
    public enum Scope {
        /** None: the parent fails. */
        ESCALATE,
        /** The child. */
        ONE_FOR_ONE,
        /** Every child of the parent. */
        ONE_FOR_ALL,
        /** The child and those that started after it. */
        REST_FOR_ONE
    }

    public RestartPolicy {
        requireNonNull(scope, "scope is null");
        if (minBackoff.isNegative() || maxBackoff.compareTo(minBackoff) < 0) {
            throw new IllegalArgumentException(
                    "backoff must be 0 <= min <= max, not " + minBackoff + ".." + maxBackoff);
        }
        if (maxRestarts < 0 || window.isNegative() || window.isZero()) {
            throw new IllegalArgumentException("cannot restart at most " + maxRestarts + " times within " + window);
        }
    }

    public static RestartPolicy of(Scope scope) {
        return new RestartPolicy(scope, Duration.ofMillis(100), Duration.ofSeconds(10), 5, Duration.ofMinutes(1), null);
    }
}
