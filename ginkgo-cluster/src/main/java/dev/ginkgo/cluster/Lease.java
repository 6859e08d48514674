package dev.ginkgo.cluster;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.cluster.spi.DualTimestamp;
import dev.ginkgo.cluster.spi.LeaseTiming;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;

/**
 * The right to act as the leader, for a short time that is renewed repeatedly. A node that was frozen or cut off from
 * the others may believe for seconds that it is still the leader; its lease has expired by then, without any message
 * from another node. An expired lease never becomes valid again: the next leadership has a new lease.
 *
 * <p>Check {@link #valid()} immediately before each action. Nothing can stop a process between the check and the
 * action, so a receiver must compare {@link #epoch()}, which is the fencing token. All methods are thread-safe and only
 * read two clocks.
 */
public final class Lease {
    private final Epoch epoch;
    private final LeaseTiming timing;
    private final TimeSource timeSource;
    private volatile DualTimestamp renewed;
    private volatile boolean ended;

    Lease(Epoch epoch, DualTimestamp renewed, LeaseTiming leaseTiming, TimeSource timeSource) {
        this.epoch = epoch;
        this.renewed = renewed;
        this.timing = leaseTiming;
        this.timeSource = timeSource;
    }

    /** Returns the epoch of the leadership that this lease belongs to. */
    public Epoch epoch() {
        return epoch;
    }

    /**
     * Returns whether the lease is valid: less than {@code ttl - margin} has passed, on both the monotonic and the wall
     * clock, since the start of the last committed renewal, and the lease has not been ended.
     */
    public boolean valid() {
        if (!ended && remainingByBothClocks().isZero()) {
            ended = true;
        }
        return !ended;
    }

    /**
     * Throws if this lease is not valid.
     *
     * @throws LeaseExpiredException if the lease has expired or has been ended
     */
    public void requireValid() {
        if (!valid()) {
            throw new LeaseExpiredException(this);
        }
    }

    /** Returns how long the lease remains valid without a further renewal; zero if it is not valid. */
    public Duration remaining() {
        return valid() ? remainingByBothClocks() : Duration.ZERO;
    }

    private Duration remainingByBothClocks() {
        Duration left = timing.validity().minus(renewed.elapsed(timeSource));
        return left.isNegative() ? Duration.ZERO : left;
    }

    /** Renews the lease. Returns false if it had already expired. */
    boolean renew(DualTimestamp start) {
        if (!valid()) {
            return false;
        }
        renewed = start;
        return valid();
    }

    void end() {
        ended = true;
    }

    /** Returns, for example, {@code lease of epoch 7@local-1763942400000, valid for PT0.8S}. */
    @Override
    public String toString() {
        return "lease of epoch " + epoch + (valid() ? ", valid for " + remaining() : ", expired");
    }
}
