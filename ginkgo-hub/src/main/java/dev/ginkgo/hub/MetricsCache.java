package dev.ginkgo.hub;

import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.hub.metrics.MetricsSnapshot;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The last snapshot of a hub's metrics. A registry reads one meter after the other, so all that it reads within half a
 * second come from one snapshot. Thread-safe.
 */
final class MetricsCache {
    private static final long MAX_AGE_NANOS = 500_000_000;

    private record Recent(MetricsSnapshot snapshot, long takenAt) {}

    private volatile @Nullable Recent recent;

    /**
     * Returns the last snapshot, or takes one if that is too old.
     *
     * @param counters the counters of the current run of the hub
     * @param now time of {@code TimeSource.nanos}
     */
    MetricsSnapshot get(Counters counters, long now, Supplier<MetricsSnapshot> take) {
        Recent last = recent;
        if (last == null || !last.snapshot.counters().equals(counters) || now - last.takenAt >= MAX_AGE_NANOS) {
            last = new Recent(take.get(), now);
            recent = last;
        }
        return last.snapshot;
    }
}
