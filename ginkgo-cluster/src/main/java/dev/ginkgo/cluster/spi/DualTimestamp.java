package dev.ginkgo.cluster.spi;

import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.time.Instant;

/**
 * A moment on both clocks of a node. The monotonic clock stops while the machine is suspended, and the wall clock may
 * be set, so neither one is reliable alone. The holder of a lease uses the larger of the two ({@link #elapsed}): the
 * lease may seem older than it is, but never younger. A node that waits for the end of another node's lease uses the
 * clock that never runs ahead ({@link #elapsedMonotonic}).
 *
 * @param nanos the monotonic clock, in nanoseconds
 * @param wall the wall clock
 */
public record DualTimestamp(long nanos, Instant wall) {

    /** Returns the current moment. */
    public static DualTimestamp now(TimeSource timeSource) {
        return new DualTimestamp(timeSource.nanos(), timeSource.now());
    }

    /**
     * Returns the larger of the times that passed on the two clocks since this moment. Only meaningful on the same
     * node.
     */
    public Duration elapsed(TimeSource timeSource) {
        Duration monotonic = Duration.ofNanos(timeSource.nanos() - nanos);
        Duration wallTime = Duration.between(wall, timeSource.now());
        return monotonic.compareTo(wallTime) > 0 ? monotonic : wallTime;
    }

    /**
     * Returns the time that passed on the monotonic clock since this moment. Only meaningful on the same node. If the
     * wall clock counted here, setting it while a node waits would end the wait while the other node's lease is still
     * valid.
     */
    public Duration elapsedMonotonic(TimeSource timeSource) {
        return Duration.ofNanos(timeSource.nanos() - nanos);
    }
}
