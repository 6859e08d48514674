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
 * All that is on its way between the nodes, in one queue, handed over by one task in the order of its arrival: so what
 * happens in a run happens in one order, the same each time. No two arrive at the same nanosecond, since a test's clock
 * lets all come to rest between two moments, but not within one. It lives in the test's own time, which no node's
 * pause stops.
 */
public final class SimulatedNetwork extends Service {

    private record InFlight(long at, Runnable onArrival) {}

    // guarded by this
    private final Queue<InFlight> inFlight = new PriorityQueue<>(Comparator.comparingLong(InFlight::at));
    private final Map<Route, Long> latestByRoute = new HashMap<>();
    private final Set<Long> arrivalTimes = new HashSet<>(); // the moments of all parcels

    private volatile @Nullable TimeSource timeSource;
    private volatile @Nullable WakeableTimer timer;

    @Override
    protected void onStart() {
        timeSource = time();
        WakeableTimer carrier = new WakeableTimer(time());
        timer = carrier;
        spawn("carry", () -> deliverAll(carrier));
    }

    /** What the clock shows; zero before the start. */
    long nanos() {
        TimeSource running = timeSource;
        return running == null ? 0 : running.nanos();
    }

    /** Has something arrive after a while, and after what went along the same lane before it. Any thread. */
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
        WakeableTimer carrier = timer;
        if (carrier != null) {
            carrier.wake();
        }
    }

    private void deliverAll(WakeableTimer carrier) throws InterruptedException {
        while (true) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            InFlight next = pollArrived();
            if (next == null) {
                carrier.awaitUntil(nextArrival());
            } else {
                next.onArrival.run();
            }
        }
    }

    /** The next that has arrived. */
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
