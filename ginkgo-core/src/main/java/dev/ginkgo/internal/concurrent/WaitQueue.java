package dev.ginkgo.internal.concurrent;

import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Wait queue for any number of threads, each waiting for a condition in a time source of its own. A thread that changes
 * the state calls {@link #signal()} after the change, and every waiting thread evaluates its condition again.
 *
 * <p>No lock is involved: a thread registers before it evaluates its condition, and a signal that arrives during the evaluation is
 * remembered, so no change is missed. That the signal makes the next park return at once does not suffice: if the condition
 * waits for a lock, this consumes the permit to return.
 */
public final class WaitQueue {
    /** 146 years; the sum with a clock reading does not overflow. */
    private static final long FOREVER = Long.MAX_VALUE / 2;

    private static final class Waiter {
        final Thread thread;
        final TimeSource time;
        final AtomicBoolean signalled = new AtomicBoolean();

        Waiter(Thread thread, TimeSource time) {
            this.thread = thread;
            this.time = time;
        }
    }

    private final Set<Waiter> waiting = ConcurrentHashMap.newKeySet();
    private final List<WaitQueue> parts = new CopyOnWriteArrayList<>();

    /** Creates a queue without waiting threads. */
    public WaitQueue() {}

    /**
     * Returns a queue for the threads that wait for one kind of change, which also receives each signal of this queue. It
     * lasts as long as this queue.
     */
    public WaitQueue part() {
        WaitQueue part = new WaitQueue();
        parts.add(part);
        return part;
    }

    /** Makes every waiting thread evaluate its condition again. */
    public void signal() {
        for (Waiter waiter : waiting) {
            waiter.signalled.set(true);
            waiter.time.unpark(waiter.thread);
        }
        parts.forEach(WaitQueue::signal);
    }

    /**
     * Makes one waiting thread evaluate its condition again, because the change satisfies only one, such as an item that
     * one thread can take. If that thread stops waiting for another reason, it passes the signal on.
     */
    public void signalOne() {
        for (Waiter waiter : waiting) {
            if (waiter.signalled.compareAndSet(false, true)) {
                waiter.time.unpark(waiter.thread);
                return;
            }
        }
    }

    /**
     * Waits until {@code probe} returns a value, and returns that value. If a value is available immediately, it is
     * returned even if the thread is interrupted; the interrupt flag then stays set.
     *
     * @param probe evaluated on the calling thread, without a lock; null means keep waiting
     * @param deadline in terms of {@code timeSource.nanos()}
     * @return null if the deadline passed first
     * @throws InterruptedException if the thread is interrupted while there is no value
     */
    public <T> @Nullable T await(Supplier<@Nullable T> probe, TimeSource timeSource, long deadline)
            throws InterruptedException {
        return await(probe, timeSource, () -> deadline);
    }

    private <T> @Nullable T await(Supplier<@Nullable T> probe, TimeSource timeSource, LongSupplier deadline)
            throws InterruptedException {
        Waiter self = new Waiter(Thread.currentThread(), timeSource);
        waiting.add(self);
        try {
            while (true) {
                self.signalled.set(false);
                T found = probe.get();
                if (found != null) {
                    return found;
                }
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                long until = deadline.getAsLong();
                if (timeSource.nanos() - until >= 0) {
                    return null;
                }
                if (!self.signalled.get()) {
                    timeSource.park(until);
                }
            }
        } finally {
            waiting.remove(self);
            if (!self.signalled.compareAndSet(false, true)) {
                signalOne(); // signalled after it evaluated its condition: another thread may need the change
            }
        }
    }

    /** As {@link #await}, but an interrupt does not end the wait; the interrupt flag is restored at the end. */
    public <T> @Nullable T awaitUninterruptibly(Supplier<@Nullable T> probe, TimeSource timeSource, long deadline) {
        return awaitUninterruptibly(probe, timeSource, () -> deadline);
    }

    /**
     * As {@link #awaitUninterruptibly(Supplier, TimeSource, long)}, with a deadline that may change during the wait: it
     * is read again after each signal.
     */
    public <T> @Nullable T awaitUninterruptibly(
            Supplier<@Nullable T> probe, TimeSource timeSource, LongSupplier deadline) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return await(probe, timeSource, deadline);
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

    /** Returns the deadline that is {@code d} from now. */
    public static long deadlineAfter(TimeSource timeSource, Duration d) {
        return timeSource.nanos() + toNanos(d);
    }

    /** Returns a deadline that is never reached. */
    public static long never(TimeSource timeSource) {
        return timeSource.nanos() + FOREVER;
    }

    /** Converts to nanoseconds: zero for a negative duration, and at most 146 years. */
    public static long toNanos(Duration d) {
        try {
            return Math.clamp(d.toNanos(), 0, FOREVER);
        } catch (ArithmeticException e) {
            return d.isNegative() ? 0 : FOREVER;
        }
    }

    /** Sleeps in any time source. A pause of zero yields the processor. */
    @SuppressWarnings("ThreadPriorityCheck") // the only yield; lets tasks that only compute give way
    public static void sleep(TimeSource timeSource, Duration pause) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (pause.isZero()) {
            Thread.yield();
            return;
        }
        long deadline = deadlineAfter(timeSource, pause);
        while (timeSource.nanos() - deadline < 0) {
            timeSource.park(deadline);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }
}
