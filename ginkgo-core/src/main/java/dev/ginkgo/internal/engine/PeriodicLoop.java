package dev.ginkgo.internal.engine;

import dev.ginkgo.Service;
import dev.ginkgo.internal.concurrent.WaitQueue;
import dev.ginkgo.lifecycle.TaskBody;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.function.Supplier;

/** The loop behind {@link Service#every}. */
public final class PeriodicLoop {
    private PeriodicLoop() {}

    public static void repeat(TimeSource timeSource, Supplier<Duration> period, TaskBody taskBody) throws Exception {
        long turn = timeSource.nanos();
        while (true) {
            long length = WaitQueue.toNanos(period.get());
            if (length == 0) {
                throw new IllegalArgumentException("the period is " + period.get() + "; it must be positive");
            }
            turn += length;
            long left = turn - timeSource.nanos();
            if (left < 0) { // late by more than a turn: leave out what was missed
                turn -= left;
                left = 0;
            }
            WaitQueue.sleep(timeSource, Duration.ofNanos(left));
            taskBody.run();
        }
    }
}
