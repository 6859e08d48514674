package dev.ginkgo.internal.concurrent;

import dev.ginkgo.time.TimeSource;
import java.time.Duration;

/**
 * Deadline of a start or a stop, in system time.
 *
 * @param nanos deadline in terms of {@code TimeSource.system().nanos()}
 */
public record Deadline(long nanos) {
    private static final Duration GRACE = Duration.ofMillis(200);
    private static final Duration MIN_GRACE = Duration.ofMillis(5);

    /** Returns the deadline that is {@code d} from now. */
    public static Deadline after(Duration d) {
        return new Deadline(TimeSource.system().nanos() + WaitQueue.toNanos(d));
    }

    /** Returns the earlier one of this deadline and the deadline that is {@code d} from now. */
    public Deadline earlier(Duration d) {
        return earlier(after(d));
    }

    /** Returns the earlier one of two deadlines. */
    public Deadline earlier(Deadline other) {
        return other.nanos - nanos < 0 ? other : this;
    }

    /**
     * Returns the moment at which half of the time from {@code start} to this deadline has passed.
     *
     * @param start in terms of {@code TimeSource.system().nanos()}
     */
    public Deadline halfwayFrom(long start) {
        return new Deadline(start + Math.max(0, nanos - start) / 2);
    }

    /**
     * Returns this deadline, or a short extension if it has expired, for steps that must be tried in any case. All
     * steps together have 200 ms after the deadline, and each further step has 5 ms, so that many steps that hang do
     * not add up.
     */
    public Deadline withGrace() {
        long now = TimeSource.system().nanos();
        long left = Math.max(nanos + GRACE.toNanos() - now, MIN_GRACE.toNanos());
        return isExpired() ? new Deadline(now + left) : this;
    }

    public boolean isExpired() {
        return remainingNanos() == 0;
    }

    private long remainingNanos() {
        return Math.max(0, nanos - TimeSource.system().nanos());
    }
}
