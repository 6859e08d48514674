package dev.ginkgo.interleaving.control;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.IntUnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One run of a scenario. Its state is used only by the thread that has the turn; passing the turn on orders the accesses.
 */
final class Schedule {
    private static final int STEP_LIMIT = 100_000;
    private static final int LIMIT_SECONDS = 120;

    private record Owner(ControlledThread thread, int depth) {}

    /** Ends the threads of a schedule that has failed. */
    static final class AbortedError extends Error {
        private static final long serialVersionUID = 1L;

        AbortedError() {
            super(null, null, false, false);
        }
    }

    private final Plan plan;
    private final IntUnaryOperator order;
    private final boolean traced;
    private final List<ControlledThread> threads = new ArrayList<>();
    private final IdentityHashMap<Object, Owner> owners = new IdentityHashMap<>();
    private final List<String> trace = new ArrayList<>();
    private final CountDownLatch done = new CountDownLatch(1);
    private int created;
    private int steps;
    private int choices;
    private boolean begun;
    private @Nullable AssertionError failure;

    /**
     * @param traced whether to note each change of the running thread
     */
    Schedule(Plan plan, boolean traced) {
        this.plan = plan;
        this.order = plan.newOrder();
        this.traced = traced;
    }

    /** Runs {@code first} and the threads that it starts, and returns when all have ended, or the run has failed. */
    @Nullable
    AssertionError run(Runnable first) throws InterruptedException {
        ControlledThread thread = newThread(first);
        thread.setName("scenario");
        thread.start();
        thread.giveTurn();
        if (!done.await(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            return new AssertionError("a thread does not pass its turn on:" + describeThreads());
        }
        return failure;
    }

    /** Returns the number of accesses at which another thread could have run. */
    int steps() {
        return steps;
    }

    /** Returns how many threads could have run at the last preemption. */
    int choices() {
        return choices;
    }

    String trace() {
        return String.join("\n", trace);
    }

    ControlledThread newThread(Runnable action) {
        return new ControlledThread(this, created++, action);
    }

    void register(ControlledThread thread) {
        threads.add(thread);
    }

    void requireNotAborted() {
        if (failure != null) {
            throw new AbortedError();
        }
    }

    /** Lets another thread run, if the plan has it here. */
    void point(ControlledThread self) {
        requireNotAborted();
        if (!begun) {
            return;
        }
        List<ControlledThread> others = runnable(self);
        if (others.isEmpty()) {
            return;
        }
        if (++steps > STEP_LIMIT) {
            fail("no end after " + STEP_LIMIT + " accesses:" + describeThreads(), null);
            throw new AbortedError();
        }
        if (plan.preempts(steps)) {
            choices = others.size();
            self.preempted = true;
            pass(self, plan.preempting(steps, others));
            self.preempted = false;
        }
    }

    /**
     * Waits until a condition is true, which another thread makes true.
     *
     * @return false if it was true already
     */
    boolean await(ControlledThread self, BooleanSupplier condition) {
        point(self);
        if (condition.getAsBoolean()) {
            return false;
        }
        self.waitsFor = condition;
        passAny(self);
        self.waitsFor = null;
        return true;
    }

    /** Lets the threads that have been started run, by the plan, and waits until they have ended. */
    void runOthers(ControlledThread self) {
        begun = true;
        await(self, () -> threads.stream().allMatch(thread -> thread == self || thread.ended));
    }

    /**
     * Acquires a lock.
     *
     * @return whether the thread had to wait
     */
    boolean lock(ControlledThread self, Object monitor) {
        Owner owner = owners.get(monitor);
        if (owner != null && owner.thread == self) {
            owners.put(monitor, new Owner(self, owner.depth + 1));
            return false;
        }
        boolean waited = await(self, () -> !owners.containsKey(monitor));
        owners.put(monitor, new Owner(self, 1));
        return waited;
    }

    void unlock(ControlledThread self, Object monitor) {
        Owner owner = owners.get(monitor);
        if (owner == null || owner.thread != self) {
            requireNotAborted();
            throw new IllegalMonitorStateException();
        }
        if (owner.depth == 1) {
            owners.remove(monitor);
        } else {
            owners.put(monitor, new Owner(self, owner.depth - 1));
        }
    }

    boolean isLockedBy(ControlledThread self, Object monitor) {
        Owner owner = owners.get(monitor);
        return owner != null && owner.thread == self;
    }

    /** Fails the run, unless it has failed. */
    void fail(String message, @Nullable Throwable cause) {
        if (failure == null) {
            failure = new AssertionError(message + (cause == null ? "" : ": " + cause), cause);
        }
    }

    void ended(ControlledThread self) {
        self.ended = true;
        if (failure == null && threads.stream().anyMatch(thread -> !thread.ended)) {
            List<ControlledThread> others = runnable(self);
            if (!others.isEmpty()) {
                note(self);
                next(others).giveTurn();
                return;
            }
            fail("deadlock:" + describeThreads(), null);
        }
        endAll();
    }

    private void endAll() {
        done.countDown();
        threads.stream().filter(thread -> !thread.ended).findFirst().ifPresent(ControlledThread::giveTurn);
    }

    private void passAny(ControlledThread self) {
        List<ControlledThread> others = runnable(self);
        if (others.isEmpty()) {
            fail("deadlock:" + describeThreads(), null);
            throw new AbortedError();
        }
        pass(self, next(others));
    }

    private void pass(ControlledThread self, ControlledThread next) {
        note(self);
        next.giveTurn();
        self.awaitTurn();
        requireNotAborted();
    }

    /** Chooses the next thread. One that was preempted stays so until no other thread can run. */
    private ControlledThread next(List<ControlledThread> others) {
        List<ControlledThread> preferred =
                others.stream().filter(thread -> !thread.preempted).toList();
        List<ControlledThread> from = preferred.isEmpty() ? others : preferred;
        return from.get(order.applyAsInt(from.size()));
    }

    private List<ControlledThread> runnable(ControlledThread without) {
        List<ControlledThread> found = new ArrayList<>(threads.size());
        for (ControlledThread thread : threads) {
            if (thread != without && thread.canRun()) {
                found.add(thread);
            }
        }
        return found;
    }

    private void note(ControlledThread self) {
        if (traced) {
            trace.add(steps + ": " + self.getName() + (self.ended ? " ends" : where(self)));
        }
    }

    private String describeThreads() {
        return threads.stream()
                .filter(thread -> !thread.ended)
                .map(thread -> "\n  " + thread.getName() + where(thread))
                .collect(Collectors.joining());
    }

    private static String where(ControlledThread thread) {
        return List.of(thread.getStackTrace()).stream()
                .filter(frame -> frame.getClassName().startsWith("dev.ginkgo.")
                        && !frame.getClassName().startsWith(Schedule.class.getPackageName()))
                .limit(4)
                .map(frame -> " at " + frame.getFileName() + ":" + frame.getLineNumber())
                .collect(Collectors.joining());
    }
}
