package dev.ginkgo.testing;

import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.function.Supplier;

/** Looks again and again until nothing is wrong any more. */
final class Poller {
    private Poller() {}

    /**
     * @param complaint what is wrong; empty when nothing is
     * @throws AssertionError with the last complaint
     */
    static void await(Duration atMost, Supplier<String> complaint) {
        TimeSource timeSource = TimeSource.system();
        long giveUp = timeSource.nanos() + atMost.toNanos();
        while (true) {
            String wrong = complaint.get();
            if (wrong.isEmpty()) {
                return;
            }
            if (timeSource.nanos() - giveUp > 0) {
                throw new AssertionError(wrong);
            }
            timeSource.park(timeSource.nanos() + Duration.ofMillis(5).toNanos());
        }
    }
}
