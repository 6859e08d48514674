package dev.ginkgo.internal.engine;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a parent does when a running child fails.
 *
 * @param scope which children are restarted
 * @param minBackoff pause before the first restart
 * @param maxBackoff the longest pause
 * @param maxRestarts how many restarts are tried within {@code window}
 * @param window period over which failures are counted
 * @param escalateOn types of exceptions after which there is no restart
 * @param factory creates the node that replaces the failed one; null to start the same node again
 */
public record RestartPolicy(
        Scope scope,
        Duration minBackoff,
        Duration maxBackoff,
        int maxRestarts,
        Duration window,
        List<Class<? extends Throwable>> escalateOn,
        @Nullable Supplier<ServiceNode> factory) {

    /** Limit for a chain of causes, which may be a cycle. */
    private static final int MAX_CAUSES = 100;

    /** Which children are restarted when one fails. */
    public enum Scope {
        /** No child; the parent fails. */
        ESCALATE,
        /** The failed child. */
        ONE_FOR_ONE,
        /** Every child of the parent. */
        ONE_FOR_ALL,
        /** The failed child and the children that started after it. */
        REST_FOR_ONE
    }

    public RestartPolicy {
        requireNonNull(scope, "scope is null");
        if (minBackoff.isNegative() || maxBackoff.compareTo(minBackoff) < 0) {
            throw new IllegalArgumentException(
                    "backoff must be 0 <= min <= max, not " + minBackoff + ".." + maxBackoff);
        }
        if (maxRestarts < 0 || window.isNegative() || window.isZero()) {
            throw new IllegalArgumentException(
                    "restart intensity must be at least 0 restarts within a positive period, not " + maxRestarts
                            + " within " + window);
        }
    }

    /** Returns a policy with the standard backoff of 100 ms to 10 s, and at most 5 restarts within a minute. */
    public static RestartPolicy of(Scope scope) {
        return new RestartPolicy(
                scope, Duration.ofMillis(100), Duration.ofSeconds(10), 5, Duration.ofMinutes(1), List.of(), null);
    }

    public RestartPolicy backoff(Duration min, Duration max) {
        return new RestartPolicy(scope, min, max, maxRestarts, window, escalateOn, factory);
    }

    public RestartPolicy atMost(int restarts, Duration within) {
        return new RestartPolicy(scope, minBackoff, maxBackoff, restarts, within, escalateOn, factory);
    }

    /** Returns this policy with one more type of exceptions after which there is no restart. */
    public RestartPolicy escalateOn(Class<? extends Throwable> type) {
        List<Class<? extends Throwable>> types = new ArrayList<>(escalateOn);
        types.add(type);
        return new RestartPolicy(scope, minBackoff, maxBackoff, maxRestarts, window, List.copyOf(types), factory);
    }

    public RestartPolicy factory(Supplier<ServiceNode> creating) {
        return new RestartPolicy(scope, minBackoff, maxBackoff, maxRestarts, window, escalateOn, creating);
    }

    /**
     * Returns whether a failure, or one of its causes, is of a type after which there is no restart. Calls user code, so no
     * lock may be held.
     */
    boolean escalatesOn(Throwable failure) {
        try {
            return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                    .limit(MAX_CAUSES)
                    .anyMatch(each -> escalateOn.stream().anyMatch(type -> type.isInstance(each)));
        } catch (RuntimeException | Error e) { // thrown by getCause()
            return false;
        }
    }
}
