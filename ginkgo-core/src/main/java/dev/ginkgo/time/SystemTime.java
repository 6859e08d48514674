package dev.ginkgo.time;

import java.time.Instant;
import java.util.concurrent.locks.LockSupport;

/** Clocks of the operating system. The only class that reads {@code System.nanoTime()}. */
enum SystemTime implements TimeSource {
    INSTANCE;

    @Override
    public Instant now() {
        return Instant.now();
    }

    @Override
    public long nanos() {
        return System.nanoTime();
    }

    @Override
    public void park(long deadline) {
        long left = deadline - System.nanoTime();
        if (left > 0) {
            LockSupport.parkNanos(left);
        }
    }

    @Override
    public void unpark(Thread thread) {
        LockSupport.unpark(thread);
    }
}
