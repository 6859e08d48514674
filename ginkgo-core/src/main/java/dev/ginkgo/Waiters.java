package dev.ginkgo;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The threads that wait for something to change. Whoever changes it calls {@link #signal()} afterwards; every
 * waiter then looks again. There is no lock to hold: a waiter is listed before it looks, and a signal to a thread
 * that does not park yet lets its next park return.
 */
final class Waiters {
    /** Far enough: 146 years. */
    private static final long FOREVER = Long.MAX_VALUE / 2;

    private record Waiter(Thread thread, Time time, Object identity) {}

    private final Set<Waiter> waiting = ConcurrentHashMap.newKeySet();

    void signal() {
        for (Waiter waiter : waiting) {
            waiter.time.unpark(waiter.thread);
        }
    }

    /**
     * Waits until {@code probe} gives something, and returns it.
     *
     * @param deadline in {@code time}'s nanos
     * @return null if the deadline came first
     */
    <T> @Nullable T await(Supplier<@Nullable T> probe, Time time, long deadline) throws InterruptedException {
        Waiter self = new Waiter(Thread.currentThread(), time, new Object());
        waiting.add(self);
        try {
            while (true) {
                T found = probe.get();
                if (found != null) {
                    return found;
                }
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                if (time.nanos() - deadline >= 0) {
                    return null;
                }
                time.park(deadline);
            }
        } finally {
            waiting.remove(self);
        }
    }

    /** The same in the machine's time, deaf to interrupts; the flag is set again at the end. */
    <T> @Nullable T awaitDeaf(Supplier<@Nullable T> probe, Deadline deadline) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return await(probe, Time.system(), deadline.nanos());
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    static long in(Time time, Duration d) {
        return time.nanos() + nanosOf(d);
    }

    static long forever(Time time) {
        return time.nanos() + FOREVER;
    }

    static long nanosOf(Duration d) {
        try {
            return Math.clamp(d.toNanos(), 0, FOREVER);
        } catch (ArithmeticException e) {
            return d.isNegative() ? 0 : FOREVER;
        }
    }

    /** {@code Thread.sleep} in any time. */
    @SuppressWarnings("ThreadPriorityCheck") // the one yield, for tasks that compute
    static void sleep(Time time, Duration pause) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (pause.isZero()) {
            Thread.yield();
            return;
        }
        long deadline = in(time, pause);
        while (time.nanos() - deadline < 0) {
            time.park(deadline);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }
}
