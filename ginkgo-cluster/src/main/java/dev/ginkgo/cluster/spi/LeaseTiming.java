package dev.ginkgo.cluster.spi;

import java.time.Duration;

/**
 * How long a lease holds; the same on all nodes of a cluster.
 *
 * @param ttl counted from the start of the last committed renewal
 * @param margin by how much the leader stops before that, for clocks that run at different speeds
 */
public record LeaseTiming(Duration ttl, Duration margin) {

    public LeaseTiming {
        if (margin.isNegative() || ttl.compareTo(margin.multipliedBy(2)) <= 0) {
            throw new IllegalArgumentException(
                    "a lease needs 0 <= 2 * margin < ttl, not ttl " + ttl + " and margin " + margin);
        }
    }

    /** How long the leader may act after the start of a renewal. */
    public Duration validity() {
        return ttl.minus(margin);
    }

    /** The pause between two renewals: several may be lost before the lease is. */
    public Duration renewalInterval() {
        return ttl.dividedBy(4);
    }

    /** How long a successor waits after it received the last renewal of another's lease that was not released. */
    public Duration takeoverDelay() {
        return ttl.plus(margin);
    }
}
