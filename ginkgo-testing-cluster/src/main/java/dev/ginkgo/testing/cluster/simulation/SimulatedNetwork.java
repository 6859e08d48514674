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

    private record InFlight(long at, Runnable arrival) {}

    // guarded by this
    private final Queue<InFlight> parcels = new PriorityQueue<>(Comparator.comparingLong(InFlight::at));
    private final Map<Route, Long> latest = new HashMap<>();
    private final Set<Long> taken = new HashSet<>(); // the moments of all parcels

    private volatile @Nullable TimeSource time;
    private volatile @Nullable WakeableTimer timer;

    @Override
    protected void onStart() {
        time = time();
        WakeableTimer carrier = new WakeableTimer(time());
        timer = carrier;
        spawn("carry", () -> carry(carrier));
    }

    /** What the clock shows; zero before the start. */
    long nanos() {
        TimeSource running = time;
        return running == null ? 0 : running.nanos();
    }

    /** Has something arrive after a while, and after what went along the same lane before it. Any thread. */
    void send(Route lane, Duration latency, Runnable arrival) {
        synchronized (this) {
            long at = nanos() + latency.toNanos();
            at = Math.max(at, latest.getOrDefault(lane, at - 1) + 1);
            while (!taken.add(at)) {
                at++;
            }
            latest.put(lane, at);
            parcels.add(new InFlight(at, arrival));
        }
        WakeableTimer carrier = timer;
        if (carrier != null) {
            carrier.wake();
        }
    }

    private void carry(WakeableTimer carrier) throws InterruptedException {
        while (true) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            InFlight next = next();
            if (next == null) {
                carrier.awaitUntil(nextAt());
            } else {
                next.arrival.run();
            }
        }
    }

    /** The next that has arrived. */
    private synchronized @Nullable InFlight next() {
        InFlight next = parcels.peek();
        if (next == null || next.at - nanos() > 0) {
            return null;
        }
        taken.remove(next.at);
        return parcels.remove();
    }

    private synchronized long nextAt() {
        InFlight next = parcels.peek();
        return next == null ? nanos() + Long.MAX_VALUE / 2 : next.at;
    }
}
