package dev.ginkgo.lifecycle;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;

/**
 * Options for the start and the stop of one service, set in its constructor: {@code
 * lifecycle(Lifecycle.standard().startTimeout(ofMinutes(1)))}. A timeout that is not set here comes from the
 * configuration: {@code [ginkgo] start-timeout} (10 s by default) and {@code stop-timeout} (30 s by default).
 *
 * @param startTimeout how long {@code onStart} may take to become ready, not counting the children
 * @param stopTimeout how long the stop of the service may take, including its children. The deadline of an enclosing
 *     stop still applies
 * @param onStartFirst whether {@code onStart} runs before the children start, and {@code onStop} after they have
 *     stopped
 * @param parallelStart whether the children start at the same time; see {@link #childrenInParallel()}
 */
public record Lifecycle(
        Optional<Duration> startTimeout, Optional<Duration> stopTimeout, boolean onStartFirst, boolean parallelStart) {

    public Lifecycle {
        requireNonNull(startTimeout, "startTimeout is null");
        requireNonNull(stopTimeout, "stopTimeout is null");
        startTimeout.ifPresent(d -> requirePositive("startTimeout", d));
        stopTimeout.ifPresent(d -> requirePositive("stopTimeout", d));
    }

    /** Returns the standard options: children start first, timeouts come from the configuration. */
    public static Lifecycle standard() {
        return new Lifecycle(Optional.empty(), Optional.empty(), false, false);
    }

    /**
     * Returns these options with another start timeout.
     *
     * @throws IllegalArgumentException if the timeout is not positive
     */
    public Lifecycle startTimeout(Duration timeout) {
        return new Lifecycle(Optional.of(timeout), stopTimeout, onStartFirst, parallelStart);
    }

    /**
     * Returns these options with another stop timeout.
     *
     * @throws IllegalArgumentException if the timeout is not positive
     */
    public Lifecycle stopTimeout(Duration timeout) {
        return new Lifecycle(startTimeout, Optional.of(timeout), onStartFirst, parallelStart);
    }

    /**
     * Returns these options with the reverse order: {@code onStart} runs before the children start, {@code onStop}
     * after they have stopped.
     */
    public Lifecycle hookBeforeChildren() {
        return new Lifecycle(startTimeout, stopTimeout, true, parallelStart);
    }

    /**
     * Returns these options with children that start at the same time instead of one after another, because none of them
     * needs another one. The service continues when all are ready or degraded. If one fails to start, the others are
     * cancelled at once, and all of them are stopped in the reverse order of their declaration. That is also the order of
     * every other stop. Children that supervision restarts as a group start one after another.
     */
    public Lifecycle childrenInParallel() {
        return new Lifecycle(startTimeout, stopTimeout, onStartFirst, true);
    }

    private static void requirePositive(String name, Duration d) {
        if (d.isNegative() || d.isZero()) {
            throw new IllegalArgumentException(name + " is " + d + "; it must be positive");
        }
    }
}
