package dev.ginkgo.net.tcp;

import dev.ginkgo.config.Size;
import java.time.Duration;
import java.util.function.Supplier;

/** What bounds a connection. Suppliers, because a reload is felt by connections that are open. */
record ConnectionLimits(Supplier<Size> maxLine, Supplier<Duration> writeTimeout) {
    private static final Duration MAX_CHECK_INTERVAL = Duration.ofSeconds(1);

    /** The pause between two looks for stuck writes: short beside the timeout, and beside a reload of it. */
    Duration checkInterval() {
        Duration quarter = writeTimeout.get().dividedBy(4);
        return quarter.compareTo(MAX_CHECK_INTERVAL) < 0 ? quarter : MAX_CHECK_INTERVAL;
    }
}
