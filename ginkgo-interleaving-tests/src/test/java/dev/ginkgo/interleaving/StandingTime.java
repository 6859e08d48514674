package dev.ginkgo.interleaving;

import dev.ginkgo.time.TimeSource;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;

/**
 * Time source in which no time passes: a parked thread waits until it is woken. Unlike {@code LockSupport}, it has no
 * spurious wake-ups, so a wake-up that is lost is a deadlock.
 */
public final class StandingTime implements TimeSource {
    private final Set<Thread> permits = new HashSet<>(); // guarded by this

    @Override
    public Instant now() {
        return Instant.EPOCH;
    }

    @Override
    public long nanos() {
        return 0;
    }

    @Override
    public synchronized void park(long deadline) {
        try {
            while (!permits.remove(Thread.currentThread())) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public synchronized void unpark(Thread thread) {
        permits.add(thread);
        notifyAll();
    }
}
