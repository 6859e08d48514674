package dev.ginkgo.internal.engine;

import dev.ginkgo.Service;
import dev.ginkgo.internal.concurrent.WaitQueue;
import dev.ginkgo.lifecycle.TaskBody;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.function.Supplier;

/** Loop of {@link Service#every}. */
public final class PeriodicLoop {
    private PeriodicLoop() {}

    /**
     * Runs the body once per period, for the first time after one period, until it throws or the thread is interrupted.
     * Periods are measured from start to start; missed runs are skipped.
     */
    public static void repeat(TimeSource timeSource, Supplier<Duration> period, TaskBody taskBody) throws Exception {
        long nextRun = timeSource.nanos();
        while (true) {
            long periodNanos = WaitQueue.toNanos(period.get());
            if (periodNanos == 0) {
                throw new IllegalArgumentException("the period is " + period.get() + "; it must be positive");
            }
            nextRun += periodNanos;
            long remaining = nextRun - timeSource.nanos();
            if (remaining < 0) { // late by at least one period: skip the missed runs
                nextRun -= remaining;
                remaining = 0;
            }
            WaitQueue.sleep(timeSource, Duration.ofNanos(remaining));
            taskBody.run();
        }
    }
}
