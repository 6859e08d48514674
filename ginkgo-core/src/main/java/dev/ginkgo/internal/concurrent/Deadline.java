package dev.ginkgo.internal.concurrent;

import dev.ginkgo.time.TimeSource;
import java.time.Duration;

/** A moment in the machine's time by which a start or a stop must be done. */
public record Deadline(long nanos) {
    private static final Duration GRACE = Duration.ofMillis(200);
    private static final Duration MOMENT = Duration.ofMillis(5);

    public static Deadline in(Duration d) {
        return new Deadline(TimeSource.system().nanos() + WaitQueue.nanosOf(d));
    }

    /** This deadline, or one that comes after {@code d}, whichever is sooner. */
    public Deadline sooner(Duration d) {
        Deadline other = in(d);
        return other.nanos - nanos < 0 ? other : this;
    }

    /** The moment at which half of what is left has gone by. */
    public Deadline half() {
        return new Deadline(TimeSource.system().nanos() + leftNanos() / 2);
    }

    /**
     * This deadline while it lasts. Beyond it, what must be tried all the same has a little longer, all of it
     * together, and from then on a moment each: many that hang do not add up.
     */
    public Deadline withGrace() {
        long now = TimeSource.system().nanos();
        long left = Math.max(nanos + GRACE.toNanos() - now, MOMENT.toNanos());
        return isOver() ? new Deadline(now + left) : this;
    }

    public boolean isOver() {
        return leftNanos() == 0;
    }

    private long leftNanos() {
        return Math.max(0, nanos - TimeSource.system().nanos());
    }
}
