package dev.ginkgo.internal.concurrent;

import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Wait of one thread in a time source, which any other thread can end early. A wake-up is remembered: one that comes
 * while the thread is not waiting ends its next wait. Several wake-ups before a wait count as one.
 */
public final class WakeableTimer {
    private final TimeSource timeSource;
    private volatile @Nullable Thread waiter;
    private volatile boolean woken;

    /** A timer that waits in the given time source. */
    public WakeableTimer(TimeSource timeSource) {
        this.timeSource = timeSource;
    }

    /** Ends the current wait, or the next one if no thread is waiting. Any thread. */
    public void wake() {
        woken = true;
        Thread thread = waiter;
        if (thread != null) {
            timeSource.unpark(thread);
        }
    }

    /**
     * Waits until {@link #wake()} is called, or has been called since the last wait, or until the time is over.
     *
     * @return whether it was woken
     */
    public boolean await(Duration atMost) throws InterruptedException {
        return awaitUntil(WaitQueue.deadlineAfter(timeSource, atMost));
    }

    /**
     * As {@link #await(Duration)}, until a deadline.
     *
     * @param deadline in nanoseconds of the time source
     */
    public boolean awaitUntil(long deadline) throws InterruptedException {
        waiter = Thread.currentThread(); // before the flag is read, so that no wake-up is missed
        try {
            while (true) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                if (woken) {
                    woken = false;
                    return true;
                }
                if (timeSource.nanos() - deadline >= 0) {
                    return false;
                }
                timeSource.park(deadline);
            }
        } finally {
            waiter = null;
        }
    }

    /**
     * Waits until {@code done} is true or the time is over; evaluates {@code done} first and again after each wake-up.
     *
     * @return whether {@code done} was true
     */
    public boolean await(Duration atMost, BooleanSupplier done) throws InterruptedException {
        long deadline = WaitQueue.deadlineAfter(timeSource, atMost);
        while (!done.getAsBoolean()) {
            if (!awaitUntil(deadline)) {
                return done.getAsBoolean();
            }
        }
        return true;
    }
}
