package dev.ginkgo.internal.concurrent;

import dev.ginkgo.time.TimeSource;
import java.time.Duration;

/** A moment in the machine's time by which a start or a stop must be done. */
public record Deadline(long nanos) {
    private static final Duration GRACE = Duration.ofMillis(200);
    private static final Duration MIN_GRACE = Duration.ofMillis(5);

    public static Deadline after(Duration d) {
        return new Deadline(TimeSource.system().nanos() + WaitQueue.toNanos(d));
    }

    /** This deadline, or one that comes after {@code d}, whichever is sooner. */
    public Deadline earlier(Duration d) {
        Deadline other = after(d);
        return other.nanos - nanos < 0 ? other : this;
    }

    /** The moment at which half of what is left has gone by. */
    public Deadline halfway() {
        return new Deadline(TimeSource.system().nanos() + remainingNanos() / 2);
    }

    /**
     * This deadline while it lasts. Beyond it, what must be tried all the same has a little longer, all of it
     * together, and from then on a moment each: many that hang do not add up.
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
