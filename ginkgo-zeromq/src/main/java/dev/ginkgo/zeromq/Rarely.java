package dev.ginkgo.zeromq;

import dev.ginkgo.Time;
import java.time.Duration;
import org.slf4j.Logger;

/** Keeps what strangers can cause a thousand times a second from filling the log. Used by one thread. */
final class Rarely {
    private static final long PERIOD = Duration.ofSeconds(10).toNanos();

    private final Logger log;
    private final Time time;
    private long toldAt;
    private long untold;

    Rarely(Logger log, Time time) {
        this.log = log;
        this.time = time;
        toldAt = time.nanos() - PERIOD;
    }

    /** Logs it, or counts it for the next line. */
    void warn(String what) {
        untold++;
        long now = time.nanos();
        if (now - toldAt >= PERIOD) {
            log.warn("{}{}", what, untold > 1 ? " (and " + (untold - 1) + " more since the last line)" : "");
            toldAt = now;
            untold = 0;
        }
    }
}
