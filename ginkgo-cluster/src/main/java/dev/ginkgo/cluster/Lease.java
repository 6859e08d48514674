package dev.ginkgo.cluster;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.cluster.spi.DualTimestamp;
import dev.ginkgo.cluster.spi.LeaseTiming;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;

/**
 * The right to act as the leader, for a short time that is renewed again and again. A node that was frozen, or cut off
 * from the others, may believe for seconds that it leads; its lease has run out by then, and that needs no word from
 * anybody. A lease that has run out never becomes valid again: the next leadership has another.
 *
 * <p>Ask {@link #valid()} right before each act. Nothing can stop a process between the question and the act, so
 * whoever receives what was done compares {@link #epoch()}. All methods may be called from any thread, and are a look
 * at two clocks.
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

    /** The leadership that it belongs to. */
    public Epoch epoch() {
        return epoch;
    }

    /**
     * Whether less than its term (ttl − margin) has passed since the start of the last committed renewal, by the
     * monotonic and by the wall clock, and nobody has ended it.
     */
    public boolean valid() {
        if (!ended && remainingByBothClocks().isZero()) {
            ended = true;
        }
        return !ended;
    }

    /**
     * Does nothing if it is valid.
     *
     * @throws LeaseExpiredException if it is not
     */
    public void requireValid() {
        if (!valid()) {
            throw new LeaseExpiredException(this);
        }
    }

    /** For how long it is valid if no renewal comes; zero if it is not. */
    public Duration remaining() {
        return valid() ? remainingByBothClocks() : Duration.ZERO;
    }

    private Duration remainingByBothClocks() {
        Duration left = timing.validity().minus(renewed.elapsed(timeSource));
        return left.isNegative() ? Duration.ZERO : left;
    }

    /** False if it had run out before. */
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

    /** {@code lease of epoch 7@local-1763942400000, valid for PT0.8S}. */
    @Override
    public String toString() {
        return "lease of epoch " + epoch + (valid() ? ", valid for " + remaining() : ", over");
    }
}
