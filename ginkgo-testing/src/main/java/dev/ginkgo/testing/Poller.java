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
        TimeSource time = TimeSource.system();
        long giveUp = time.nanos() + atMost.toNanos();
        while (true) {
            String wrong = complaint.get();
            if (wrong.isEmpty()) {
                return;
            }
            if (time.nanos() - giveUp > 0) {
                throw new AssertionError(wrong);
            }
            time.park(time.nanos() + Duration.ofMillis(5).toNanos());
        }
    }
}
