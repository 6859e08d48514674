package dev.ginkgo.net.tcp;

import dev.ginkgo.config.Size;
import java.time.Duration;
import java.util.function.Supplier;

/** Limits of connections. Suppliers, so that a reload takes effect on open connections. */
record ConnectionLimits(Supplier<Size> maxLine, Supplier<Duration> writeTimeout) {
    private static final Duration MAX_CHECK_INTERVAL = Duration.ofSeconds(1);

    /**
     * Returns the interval between two checks for stalled writes: short compared with the timeout, so that a reload of
     * it also takes effect soon.
     */
    Duration checkInterval() {
        Duration quarter = writeTimeout.get().dividedBy(4);
        return quarter.compareTo(MAX_CHECK_INTERVAL) < 0 ? quarter : MAX_CHECK_INTERVAL;
    }
}
