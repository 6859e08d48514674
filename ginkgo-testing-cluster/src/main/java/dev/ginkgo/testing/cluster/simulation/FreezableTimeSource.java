package dev.ginkgo.testing.cluster.simulation;

import dev.ginkgo.testing.FakeClock;
import dev.ginkgo.time.TimeSource;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The time source of one node: the test's clock, except that while the node is frozen no waiting thread continues,
 * neither at a deadline nor because it is unparked. When the node is thawed, the threads continue one after another in
 * the order in which they would have continued, and see the current time of the clock.
 */
public final class FreezableTimeSource implements TimeSource {
    private static final long FOREVER = Long.MAX_VALUE / 2;

    private final FakeClock clock;

    // guarded by this
    private final Set<Thread> held = new LinkedHashSet<>();
    private boolean frozen;

    public FreezableTimeSource(FakeClock clock) {
        this.clock = clock;
    }

    /** Freezes the node. Call it while all tasks of the node are waiting. */
    public synchronized void freeze() {
        frozen = true;
    }

    /** Wakes every thread that would have continued while the node was frozen. */
    public void thaw() {
        for (Thread each : releaseAll()) {
            clock.unpark(each);
            clock.awaitIdle();
        }
    }

    /** Ends the freeze without waking the held threads, for a node that ends. Returns these threads. */
    public synchronized List<Thread> releaseAll() {
        frozen = false;
        List<Thread> all = List.copyOf(held);
        held.clear();
        return all;
    }

    @Override
    public void park(long deadline) {
        clock.park(deadline);
        while (isHeld(Thread.currentThread())) {
            clock.park(clock.nanos() + FOREVER);
        }
    }

    private synchronized boolean isHeld(Thread self) {
        if (frozen && !self.isInterrupted()) {
            held.add(self);
            return true;
        }
        return false;
    }

    @Override
    public Instant now() {
        return clock.now();
    }

    @Override
    public long nanos() {
        return clock.nanos();
    }

    @Override
    public void unpark(Thread thread) {
        clock.unpark(thread);
    }

    @Override
    public <T, X extends Exception> T callBlocking(BlockingCall<T, X> call) throws X {
        return clock.callBlocking(call);
    }

    @Override
    public void onTreeStart(Supplier<List<Thread>> tasks) {
        clock.onTreeStart(tasks);
    }
}
