package dev.ginkgo.cluster.spi;

import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.time.Instant;

/**
 * A moment on both clocks of a node. The monotonic clock stands still while the machine is suspended, and the wall clock
 * may be set, so neither says how much has passed. Who holds a lease goes by the larger of the two ({@link #elapsed}): it
 * can seem older than it is, but never younger. Who waits for the end of another's lease goes by the one that never runs
 * ahead ({@link #elapsedMonotonic}).
 *
 * @param nanos the monotonic clock
 * @param wall the wall clock
 */
public record DualTimestamp(long nanos, Instant wall) {

    /** Now. */
    public static DualTimestamp now(TimeSource timeSource) {
        return new DualTimestamp(timeSource.nanos(), timeSource.now());
    }

    /** What has passed since, on the same node, at most. */
    public Duration elapsed(TimeSource timeSource) {
        Duration monotonic = Duration.ofNanos(timeSource.nanos() - nanos);
        Duration byTheWall = Duration.between(wall, timeSource.now());
        return monotonic.compareTo(byTheWall) > 0 ? monotonic : byTheWall;
    }

    /**
     * What has passed since, on the same node, at least. If the wall clock counted here, one that is set right while a
     * node waits, or jumps, would end the wait while the other node's lease is valid.
     */
    public Duration elapsedMonotonic(TimeSource timeSource) {
        return Duration.ofNanos(timeSource.nanos() - nanos);
    }
}
