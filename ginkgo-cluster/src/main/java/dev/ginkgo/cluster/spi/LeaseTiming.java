package dev.ginkgo.cluster.spi;

import dev.ginkgo.config.Durations;
import java.time.Duration;

/**
 * Validity of a lease; must be the same on all nodes of a cluster.
 *
 * @param ttl counted from the start of the last committed renewal
 * @param margin how much earlier than {@code ttl} the leader stops acting, to allow for clocks that run at different
 *     speeds
 */
public record LeaseTiming(Duration ttl, Duration margin) {

    public LeaseTiming {
        if (margin.isNegative() || ttl.compareTo(margin.multipliedBy(2)) <= 0) {
            throw new IllegalArgumentException(
                    "a lease needs 0 <= 2 * margin < ttl, not ttl " + ttl + " and margin " + margin);
        }
    }

    /** Returns how long the leader may act after the start of a renewal: {@code ttl - margin}. */
    public Duration validity() {
        return ttl.minus(margin);
    }

    /**
     * Returns the interval between two renewals, a quarter of {@code ttl}: several renewals may be lost before the
     * lease expires.
     */
    public Duration renewalInterval() {
        return ttl.dividedBy(4);
    }

    /**
     * Returns how long a new leader waits after it received the last renewal of a lease that was not released: {@code
     * ttl + margin}.
     */
    public Duration takeoverDelay() {
        return ttl.plus(margin);
    }

    /** Returns, for example, {@code ttl 1s200ms, margin 100ms}. */
    @Override
    public String toString() {
        return "ttl " + Durations.format(ttl) + ", margin " + Durations.format(margin);
    }
}
