package dev.ginkgo.internal.concurrent;

import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import org.slf4j.Logger;

/**
 * Rate limiter for log messages about events that a remote party can cause a thousand times per second. It permits one
 * message in ten seconds, which states the number of events. All methods may be called from any thread.
 */
public final class LogRateLimiter {
    private static final long PERIOD = Duration.ofSeconds(10).toNanos();

    private final TimeSource timeSource;

    // guarded by this
    private long loggedAt;
    private long suppressed;

    /** Creates a limiter that permits the first event immediately. */
    public LogRateLimiter(TimeSource timeSource) {
        this.timeSource = timeSource;
        loggedAt = timeSource.nanos() - PERIOD;
    }

    /**
     * Counts one event.
     *
     * @return the number of events since the last permitted message if a message is permitted now; otherwise 0
     */
    public synchronized long countEvent() {
        suppressed++;
        long now = timeSource.nanos();
        if (now - loggedAt < PERIOD) {
            return 0;
        }
        loggedAt = now;
        long events = suppressed;
        suppressed = 0;
        return events;
    }

    /** Counts one event, and logs a warning if one is permitted now. */
    public void warn(Logger log, String message) {
        long events = countEvent();
        if (events > 0) {
            log.warn("{}{}", message, events > 1 ? " (and " + (events - 1) + " more since the last line)" : "");
        }
    }
}
