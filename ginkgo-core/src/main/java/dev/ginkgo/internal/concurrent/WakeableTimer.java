package dev.ginkgo.internal.concurrent;

import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Timed wait of one thread that any other thread can end early. A wake-up is remembered: if the thread is not waiting,
 * its next wait returns at once. Several wake-ups before a wait count as one.
 */
public final class WakeableTimer {
    private final TimeSource timeSource;
    private volatile @Nullable Thread waiter;
    private volatile boolean woken;

    /** Creates a timer that waits in the given time source. */
    public WakeableTimer(TimeSource timeSource) {
        this.timeSource = timeSource;
    }

    /** Ends the current wait, or the next one if no thread is waiting. May be called from any thread. */
    public void wake() {
        woken = true;
        Thread thread = waiter;
        if (thread != null) {
            timeSource.unpark(thread);
        }
    }

    /**
     * Waits until {@link #wake()} is called, was called since the last wait, or the time has passed.
     *
     * @return whether the timer was woken
     */
    public boolean await(Duration atMost) throws InterruptedException {
        return awaitUntil(WaitQueue.deadlineAfter(timeSource, atMost));
    }

    /**
     * Waits like {@link #await(Duration)}, until a deadline.
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
     * Waits until {@code done} is true or the time has passed. Evaluates {@code done} first, and again after each
     * wake-up.
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
