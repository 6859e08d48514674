package dev.ginkgo.testing.cluster.simulation;

import dev.ginkgo.Service;
import dev.ginkgo.internal.concurrent.WakeableTimer;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All messages in flight between the nodes, in one queue, delivered by one task in the order of arrival: so the events
 * of a run have one order, the same in every run. No two messages arrive at the same nanosecond, because a test's clock
 * waits for all tasks to become idle between two moments, but not within one. The network uses the test's own clock,
 * which does not stop when a node is paused.
 */
public final class SimulatedNetwork extends Service {

    private record InFlight(long at, Runnable onArrival) {}

    // guarded by this
    private final Queue<InFlight> inFlight = new PriorityQueue<>(Comparator.comparingLong(InFlight::at));
    private final Map<Route, Long> latestByRoute = new HashMap<>();
    private final Set<Long> arrivalTimes = new HashSet<>(); // of all messages in flight

    private volatile @Nullable TimeSource timeSource;
    private volatile @Nullable WakeableTimer timer;

    @Override
    protected void onStart() {
        timeSource = time();
        WakeableTimer wakeup = new WakeableTimer(time());
        timer = wakeup;
        spawn("deliver", () -> deliverAll(wakeup));
    }

    /** Returns the current time; zero before the start. */
    long nanos() {
        TimeSource running = timeSource;
        return running == null ? 0 : running.nanos();
    }

    /** Runs {@code arrival} after {@code latency}, and after all earlier messages on the same route. Thread-safe. */
    void send(Route route, Duration latency, Runnable arrival) {
        synchronized (this) {
            long at = nanos() + latency.toNanos();
            at = Math.max(at, latestByRoute.getOrDefault(route, at - 1) + 1);
            while (!arrivalTimes.add(at)) {
                at++;
            }
            latestByRoute.put(route, at);
            inFlight.add(new InFlight(at, arrival));
        }
        WakeableTimer wakeup = timer;
        if (wakeup != null) {
            wakeup.wake();
        }
    }

    private void deliverAll(WakeableTimer wakeup) throws InterruptedException {
        while (true) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            InFlight next = pollArrived();
            if (next == null) {
                wakeup.awaitUntil(nextArrival());
            } else {
                next.onArrival.run();
            }
        }
    }

    /** Removes and returns the next message that has arrived. */
    private synchronized @Nullable InFlight pollArrived() {
        InFlight next = inFlight.peek();
        if (next == null || next.at - nanos() > 0) {
            return null;
        }
        arrivalTimes.remove(next.at);
        return inFlight.remove();
    }

    private synchronized long nextArrival() {
        InFlight next = inFlight.peek();
        return next == null ? nanos() + Long.MAX_VALUE / 2 : next.at;
    }
}
