package dev.ginkgo.testing;

import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Time that stands still until the test moves it. What a service asks for through {@code Service} obeys it: {@code
 * sleep}, {@code every}, {@code later}, {@code awaitReady}, mailboxes, the pause before a supervised restart. The
 * deadlines of start and stop stay real.
 *
 * <p>{@link #advance} wakes one thread at a time, in the order of their deadlines, and before and after each it waits
 * until every task of every tree on this clock is parked in such a wait, or waits for the world outside (a socket).
 * So a run is the same each time, except for bytes in flight: a test must read them before it advances.
 */
public final class FakeClock implements TimeSource {
    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(10);

    private record ParkedThread(long deadline, long number) {}

    private final Instant origin;
    private final Duration idleTimeout;
    private final List<Supplier<List<Thread>>> treeTasks = new CopyOnWriteArrayList<>();

    // guarded by this
    private final Map<Thread, ParkedThread> parked = new HashMap<>();
    private final Set<Thread> permits = Collections.newSetFromMap(new WeakHashMap<>());
    private final Set<Thread> outside = new HashSet<>();
    private long nanos;
    private long activity;

    /** Begins at noon of 2000-01-01, UTC. */
    public FakeClock() {
        this(Instant.parse("2000-01-01T12:00:00Z"));
    }

    public FakeClock(Instant origin) {
        this(origin, IDLE_TIMEOUT);
    }

    /** With another patience: for the test of this class. */
    FakeClock(Instant origin, Duration patience) {
        this.origin = origin;
        this.idleTimeout = patience;
    }

    /**
     * Moves the time, firing what becomes due on the way, in order. Returns when every task is parked again.
     *
     * @throws AssertionError if a task is blocked elsewhere for ten real seconds; it names the task and its stack
     */
    public void advance(Duration by) {
        if (by.isNegative()) {
            throw new IllegalArgumentException("time cannot go back by " + by);
        }
        awaitIdle();
        long target = nanos() + by.toNanos();
        while (wakeNext(target)) {
            awaitIdle();
        }
        awaitIdle();
    }

    /** Waits until every task is parked, without moving the time. Throws like {@link #advance}. */
    public void awaitIdle() {
        long giveUp = TimeSource.system().nanos() + idleTimeout.toNanos();
        while (true) {
            long before;
            synchronized (this) {
                before = activity;
            }
            List<Thread> tasks = new ArrayList<>();
            treeTasks.forEach(tree -> tasks.addAll(tree.get()));
            synchronized (this) {
                List<Thread> busy =
                        tasks.stream().filter(task -> !isWaiting(task)).toList();
                if (busy.isEmpty() && activity == before) {
                    return;
                }
                if (TimeSource.system().nanos() - giveUp > 0) {
                    throw new AssertionError(blockedMessage(busy));
                }
                try {
                    wait(1); // woken by each park; the rest is for threads that end
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new AssertionError("interrupted while waiting for the tasks to settle", e);
                }
            }
        }
    }

    private boolean isWaiting(Thread thread) {
        return (parked.containsKey(thread) && !thread.isInterrupted()) || outside.contains(thread);
    }

    private static String blockedMessage(List<Thread> busy) {
        return busy.stream()
                .map(task -> "\n" + task.getName()
                        + Arrays.stream(task.getStackTrace())
                                .map(frame -> "\n    at " + frame)
                                .collect(Collectors.joining()))
                .collect(Collectors.joining(
                        "", "these tasks do not wait in the clock's time; they run, or are blocked elsewhere:", ""));
    }

    /** Wakes the next that is due by {@code target}; if there is none, it is {@code target} now. */
    private synchronized boolean wakeNext(long target) {
        Optional<Map.Entry<Thread, ParkedThread>> next = parked.entrySet().stream()
                .filter(entry -> entry.getValue().deadline - target <= 0)
                .min(Map.Entry.comparingByValue(
                        Comparator.comparingLong(ParkedThread::deadline).thenComparingLong(ParkedThread::number)));
        if (next.isEmpty()) {
            nanos = target;
            return false;
        }
        nanos = Math.max(nanos, next.get().getValue().deadline);
        wake(next.get().getKey());
        return true;
    }

    private void wake(Thread thread) {
        parked.remove(thread);
        activity++;
        LockSupport.unpark(thread);
    }

    @Override
    public synchronized Instant now() {
        return origin.plusNanos(nanos);
    }

    @Override
    public synchronized long nanos() {
        return nanos;
    }

    @Override
    public void park(long deadline) {
        Thread self = Thread.currentThread();
        synchronized (this) {
            if (permits.remove(self) || nanos - deadline >= 0 || self.isInterrupted()) {
                return;
            }
            parked.put(self, new ParkedThread(deadline, ++activity));
            notifyAll();
        }
        try {
            while (isParked(self) && !self.isInterrupted()) {
                LockSupport.park(this);
            }
        } finally {
            synchronized (this) {
                parked.remove(self);
                activity++;
            }
        }
    }

    private synchronized boolean isParked(Thread thread) {
        return parked.containsKey(thread);
    }

    @Override
    public synchronized void unpark(Thread thread) {
        if (parked.containsKey(thread)) {
            wake(thread);
        } else {
            permits.add(thread);
        }
    }

    @Override
    public <T, X extends Exception> T callBlocking(BlockingCall<T, X> call) throws X {
        Thread self = Thread.currentThread();
        synchronized (this) {
            outside.add(self);
            activity++;
            notifyAll();
        }
        try {
            return call.call();
        } finally {
            synchronized (this) {
                outside.remove(self);
                activity++;
            }
        }
    }

    @Override
    public void onTreeStart(Supplier<List<Thread>> tasks) {
        treeTasks.add(tasks);
    }
}
