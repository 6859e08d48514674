package dev.ginkgo.behaviour.supervision;

import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Detects that the machine did not run virtual threads for a while, so that deadlines of tests may have been missed. */
final class StallMeter implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(2);
    private static final Duration STALL = Duration.ofMillis(40);

    private final Thread thread;
    private volatile long lastWake = TimeSource.system().nanos();
    private volatile long lastStall = lastWake - STALL.toNanos();

    StallMeter() {
        thread = Thread.ofVirtual().name("stall-meter").start(this::measure);
    }

    private void measure() {
        while (!Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(PAUSE.toNanos());
            long now = TimeSource.system().nanos();
            if (now - lastWake > STALL.toNanos()) {
                lastStall = now;
            }
            lastWake = now;
        }
    }

    /** Returns whether virtual threads did not run for {@code STALL} since a moment of the system time. */
    boolean hasStalledSince(long nanos) {
        return lastStall - nanos >= 0 || TimeSource.system().nanos() - lastWake > STALL.toNanos();
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
