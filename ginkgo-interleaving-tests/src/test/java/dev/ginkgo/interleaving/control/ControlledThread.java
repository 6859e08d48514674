package dev.ginkgo.interleaving.control;

import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Thread of a schedule. It runs only while it has the turn, which it passes on at the accesses to shared state. Its
 * fields are used by the thread that has the turn.
 */
public final class ControlledThread extends Thread {
    final Schedule schedule;
    final int index;
    private final Runnable action;
    private final Semaphore turn = new Semaphore(0);

    /** What the thread waits for; null if it can run. */
    @Nullable
    BooleanSupplier waitsFor;

    boolean preempted;
    boolean ended;
    boolean permit;
    boolean interruptFlag;

    ControlledThread(Schedule schedule, int index, Runnable action) {
        this.schedule = schedule;
        this.index = index;
        this.action = action;
        setDaemon(true);
    }

    /** Creates a thread in the schedule of the calling thread. */
    public static Thread create(Runnable action) {
        return ((ControlledThread) Thread.currentThread()).schedule.newThread(action);
    }

    /** Returns whether the thread can use the turn. */
    boolean canRun() {
        BooleanSupplier condition = waitsFor;
        return !ended && (condition == null || condition.getAsBoolean());
    }

    void giveTurn() {
        turn.release();
    }

    void awaitTurn() {
        turn.acquireUninterruptibly();
    }

    @Override
    public void start() {
        schedule.register(this);
        super.start();
    }

    @Override
    public void run() {
        awaitTurn();
        try {
            schedule.requireNotAborted();
            action.run();
        } catch (Schedule.AbortedError e) {
            // the schedule has failed already
        } catch (Throwable t) {
            schedule.fail("an exception escaped " + getName(), t);
        } finally {
            schedule.ended(this);
        }
    }

    /** Sets the flag of the schedule only: a real interrupt would end the wait for the turn. */
    @Override
    public void interrupt() {
        interruptFlag = true;
    }

    @Override
    public boolean isInterrupted() {
        return interruptFlag;
    }
}
