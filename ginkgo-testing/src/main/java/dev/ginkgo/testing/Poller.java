package dev.ginkgo.testing;

import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.function.Supplier;

/** Waits for a condition by polling. */
final class Poller {
    private Poller() {}

    /**
     * Waits until a check reports no problem.
     *
     * @param check returns a description of the problem; empty if there is none
     * @throws AssertionError with the last problem, if there is one after {@code atMost}
     */
    static void await(Duration atMost, Supplier<String> check) {
        TimeSource timeSource = TimeSource.system();
        long giveUp = timeSource.nanos() + atMost.toNanos();
        while (true) {
            String problem = check.get();
            if (problem.isEmpty()) {
                return;
            }
            if (timeSource.nanos() - giveUp > 0) {
                throw new AssertionError(problem);
            }
            timeSource.park(timeSource.nanos() + Duration.ofMillis(5).toNanos());
        }
    }
}
