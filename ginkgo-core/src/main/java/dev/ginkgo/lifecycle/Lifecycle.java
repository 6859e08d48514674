package dev.ginkgo.lifecycle;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;

/**
 * How one service starts and stops, given in its constructor: {@code
 * lifecycle(Lifecycle.standard().startTimeout(ofMinutes(1)))}. What is not given comes from {@code [ginkgo]}:
 * {@code start-timeout} (10 s) and {@code stop-timeout} (30 s).
 *
 * @param startTimeout how long {@code onStart} may take to become ready, not counting children
 * @param stopTimeout how long the stop of the service, children included, may take; the deadline of the stop that
 *     it is part of is never exceeded
 * @param onStartFirst whether {@code onStart} runs before the children start and, in the mirror, {@code onStop} after
 *     they have stopped
 */
public record Lifecycle(Optional<Duration> startTimeout, Optional<Duration> stopTimeout, boolean onStartFirst) {

    public Lifecycle {
        requireNonNull(startTimeout, "startTimeout is null");
        requireNonNull(stopTimeout, "stopTimeout is null");
        startTimeout.ifPresent(d -> requirePositive("startTimeout", d));
        stopTimeout.ifPresent(d -> requirePositive("stopTimeout", d));
    }

    /** Children first, timeouts from the configuration. */
    public static Lifecycle standard() {
        return new Lifecycle(Optional.empty(), Optional.empty(), false);
    }

    public Lifecycle startTimeout(Duration timeout) {
        return new Lifecycle(Optional.of(timeout), stopTimeout, onStartFirst);
    }

    public Lifecycle stopTimeout(Duration timeout) {
        return new Lifecycle(startTimeout, Optional.of(timeout), onStartFirst);
    }

    /** {@code onStart} before the children, {@code onStop} after them. */
    public Lifecycle hookBeforeChildren() {
        return new Lifecycle(startTimeout, stopTimeout, true);
    }

    private static void requirePositive(String name, Duration d) {
        if (d.isNegative() || d.isZero()) {
            throw new IllegalArgumentException(name + " is " + d + "; it must be positive");
        }
    }
}
