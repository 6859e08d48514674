package dev.ginkgo.net;

import dev.ginkgo.Time;
import java.time.Duration;

/** Keeps what may happen a thousand times a second from filling a log. All methods may be called from any thread. */
final class OnceAWhile {
    private static final long PERIOD = Duration.ofSeconds(10).toNanos();

    private final Time time;

    // guarded by this
    private long toldAt;
    private long untold;

    OnceAWhile(Time time) {
        this.time = time;
        toldAt = time.nanos() - PERIOD;
    }

    /** Counts one event. How many there have been since the last that was told, if it is time to tell; else 0. */
    synchronized long count() {
        untold++;
        long now = time.nanos();
        if (now - toldAt < PERIOD) {
            return 0;
        }
        toldAt = now;
        long told = untold;
        untold = 0;
        return told;
    }
}
