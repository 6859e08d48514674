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
 * Time source that stands still until the test moves it. It controls every wait that a service requests: {@code sleep},
 * {@code every}, {@code spawnLater}, {@code awaitReady}, mailboxes, and the pause before a supervised restart. The
 * deadlines of start and stop stay in real time.
 *
 * <p>{@link #advance} wakes one thread at a time, in the order of their deadlines. Before and after each it waits until
 * every task of every tree on this clock is parked in such a wait, or waits for an external event such as a socket. A
 * run is therefore the same each time, except for bytes in flight: a test must read them before it advances the clock.
 * All methods may be called from any thread.
 */
public final class FakeClock implements TimeSource {
    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(10);

    private record ParkedThread(long deadline, long number) {}

    private final Instant origin;
    private final Duration idleTimeout;
    private final IdleTimeout.Machine machine;
    private final List<Supplier<List<Thread>>> treeTasks = new CopyOnWriteArrayList<>();

    // guarded by this
    private final Map<Thread, ParkedThread> parked = new HashMap<>();
    private final Set<Thread> permits = Collections.newSetFromMap(new WeakHashMap<>());
    private final Set<Thread> blockedExternally = new HashSet<>();
    private long nanos;
    private long activity;

    /** Creates a clock that starts at noon of 2000-01-01, UTC. */
    public FakeClock() {
        this(Instant.parse("2000-01-01T12:00:00Z"));
    }

    /** Creates a clock that starts at the given instant. */
    public FakeClock(Instant origin) {
        this(origin, IDLE_TIMEOUT, IdleTimeout.Machine.actual());
    }

    /** Creates a clock with another timeout for the tasks to become idle, for tests of this class. */
    FakeClock(Instant origin, Duration idleTimeout, IdleTimeout.Machine machine) {
        this.origin = origin;
        this.idleTimeout = idleTimeout;
        this.machine = machine;
    }

    /**
     * Moves the time forward and wakes the threads that become due, in order. Returns when every task is parked again.
     *
     * @throws IllegalArgumentException if the duration is negative
     * @throws AssertionError if a task is blocked elsewhere for ten seconds; the message has its name and stack trace.
     *     The ten seconds are longer on a busy machine, in proportion to what it delivers
     */
    public void advance(Duration by) {
        if (by.isNegative()) {
            throw new IllegalArgumentException("cannot advance by " + by + "; time cannot go back");
        }
        awaitIdle();
        long target = nanos() + by.toNanos();
        while (wakeNext(target)) {
            awaitIdle();
        }
        awaitIdle();
    }

    /**
     * Waits until every task is parked, without moving the time.
     *
     * @throws AssertionError if a task is blocked elsewhere for ten seconds; the message has its name and stack trace.
     *     The ten seconds are longer on a busy machine, in proportion to what it delivers
     */
    public void awaitIdle() {
        IdleTimeout timeout = new IdleTimeout(idleTimeout, machine);
        while (true) {
            long before;
            synchronized (this) {
                before = activity;
            }
            List<Thread> tasks = listTasks();
            boolean complete = listTasks().equals(tasks); // not if a task was spawned in a tree that was listed already
            synchronized (this) {
                List<Thread> busy =
                        tasks.stream().filter(task -> !isWaiting(task)).toList();
                if (complete && busy.isEmpty() && activity == before) {
                    return;
                }
                if (timeout.poll(busy.stream().anyMatch(task -> task.getState() == Thread.State.RUNNABLE))) {
                    throw new AssertionError(blockedMessage(busy) + "\n(" + timeout + ")");
                }
                try {
                    wait(1); // notified by each park; the timeout covers threads that end
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new AssertionError("interrupted while waiting for the tasks to become idle", e);
                }
            }
        }
    }

    private List<Thread> listTasks() {
        List<Thread> tasks = new ArrayList<>();
        treeTasks.forEach(tree -> tasks.addAll(tree.get()));
        return tasks;
    }

    private boolean isWaiting(Thread thread) {
        return (parked.containsKey(thread) && !thread.isInterrupted()) || blockedExternally.contains(thread);
    }

    private static String blockedMessage(List<Thread> busy) {
        return busy.stream()
                .map(task -> "\n" + task.getName()
                        + Arrays.stream(task.getStackTrace())
                                .map(frame -> "\n    at " + frame)
                                .collect(Collectors.joining()))
                .collect(Collectors.joining(
                        "",
                        "these tasks do not wait in the clock's time; they are running, or blocked elsewhere:",
                        ""));
    }

    /**
     * Wakes the next thread that is due by {@code target}. If there is none, sets the time to {@code target} and
     * returns false.
     */
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
            blockedExternally.add(self);
            activity++;
            notifyAll();
        }
        try {
            return call.call();
        } finally {
            synchronized (this) {
                blockedExternally.remove(self);
                activity++;
            }
        }
    }

    @Override
    public void onTreeStart(Supplier<List<Thread>> tasks) {
        treeTasks.add(tasks);
    }
}
