package dev.ginkgo.cluster;

import dev.ginkgo.Time;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The threads that wait for something to change, in the time of their tree. A waiter is listed before it looks, and
 * whoever changes something signals afterwards, so no change is missed and no lock is held.
 */
final class Changes {
    /** Far enough: 146 years. */
    private static final long FOREVER = Long.MAX_VALUE / 2;

    private record Waiter(Thread thread, Time time, Object identity) {}

    private final Set<Waiter> waiting = ConcurrentHashMap.newKeySet();

    void signal() {
        waiting.forEach(waiter -> waiter.time.unpark(waiter.thread));
    }

    /** Waits until {@code probe} gives something. */
    <T> T await(Time time, Supplier<@Nullable T> probe) throws InterruptedException {
        while (true) {
            T found = await(time, FOREVER, probe);
            if (found != null) {
                return found;
            }
        }
    }

    /** Waits until {@code probe} gives something, or for so many nanoseconds; null then. */
    <T> @Nullable T await(Time time, long nanos, Supplier<@Nullable T> probe) throws InterruptedException {
        long deadline = time.nanos() + nanos;
        Waiter self = new Waiter(Thread.currentThread(), time, new Object());
        waiting.add(self);
        try {
            while (true) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                T found = probe.get();
                if (found != null || time.nanos() - deadline >= 0) {
                    return found;
                }
                time.park(deadline);
            }
        } finally {
            waiting.remove(self);
        }
    }
}
