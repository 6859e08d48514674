package dev.ginkgo.internal.monitoring;

import dev.ginkgo.lifecycle.LifecycleCounters.Total;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

/** Counter of occurrences that take time. */
final class Tally {
    private final AtomicReference<Total> total = new AtomicReference<>(new Total(0, Duration.ZERO));

    void add(Duration duration) {
        Total before;
        do {
            before = total.get();
        } while (!total.compareAndSet(
                before, new Total(before.count() + 1, before.time().plus(duration))));
    }

    Total total() {
        return total.get();
    }
}
