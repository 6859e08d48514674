package dev.ginkgo.mesh;

import dev.ginkgo.Time;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells once a while that strangers knock: there may be thousands. */
final class Strangers {
    private static final Logger LOG = LoggerFactory.getLogger(Strangers.class);
    private static final long PERIOD = Duration.ofSeconds(10).toNanos();

    private final Time time;

    // guarded by this
    private long toldAt;
    private long untold;

    Strangers(Time time) {
        this.time = time;
        toldAt = time.nanos() - PERIOD;
    }

    /**
     * One was turned away.
     *
     * @param last what is known of it
     */
    void count(String last) {
        long told = 0;
        synchronized (this) {
            untold++;
            long now = time.nanos();
            if (now - toldAt >= PERIOD) {
                toldAt = now;
                told = untold;
                untold = 0;
            }
        }
        if (told > 0) {
            LOG.warn("turned away {} that do not know the secret of this cluster; the last was {}", told, last);
        }
    }
}
