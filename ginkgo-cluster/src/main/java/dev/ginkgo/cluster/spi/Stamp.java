package dev.ginkgo.cluster.spi;

import dev.ginkgo.Time;
import java.time.Duration;
import java.time.Instant;

/**
 * A moment on both clocks of a node. What has passed since is the larger of what they say: the monotonic clock stands
 * still while the machine is suspended, and the wall clock may be set back. So a lease can seem older than it is, but
 * never younger.
 *
 * @param nanos the monotonic clock
 * @param wall the wall clock
 */
public record Stamp(long nanos, Instant wall) {

    /** Now. */
    public static Stamp of(Time time) {
        return new Stamp(time.nanos(), time.now());
    }

    /** What has passed since, on the same node. */
    public Duration elapsed(Time time) {
        Duration monotonic = Duration.ofNanos(time.nanos() - nanos);
        Duration byTheWall = Duration.between(wall, time.now());
        return monotonic.compareTo(byTheWall) > 0 ? monotonic : byTheWall;
    }
}
