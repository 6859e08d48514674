package dev.ginkgo;

import dev.ginkgo.internal.concurrent.Waiters;
import java.time.Duration;
import java.util.function.Supplier;

/** The loop behind {@link Service#every}. */
final class Periodic {
    private Periodic() {}

    static void repeat(Time time, Supplier<Duration> period, Body body) throws Exception {
        long turn = time.nanos();
        while (true) {
            long length = Waiters.nanosOf(period.get());
            if (length == 0) {
                throw new IllegalArgumentException("the period is " + period.get() + "; it must be positive");
            }
            turn += length;
            long left = turn - time.nanos();
            if (left < 0) { // late by more than a turn: leave out what was missed
                turn -= left;
                left = 0;
            }
            Waiters.sleep(time, Duration.ofNanos(left));
            body.run();
        }
    }
}
