package dev.ginkgo.mesh;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Wakes a task that looks at many things when one of them has changed. What is rung while it looks is not lost. It
 * waits in the time of the machine: whatever it looks at comes through sockets.
 */
final class Bell {
    private final Semaphore rung = new Semaphore(0);

    void ring() {
        rung.release();
    }

    /** Returns when it has been rung since the last call, or after so long. Used by one task. */
    void await(Duration atMost) throws InterruptedException {
        if (rung.tryAcquire(atMost.toNanos(), TimeUnit.NANOSECONDS)) {
            rung.drainPermits();
        }
    }
}
