package dev.ginkgo.interleaving.control;

import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What instrumented code calls instead of the operations of the JDK. No time passes for a controlled thread, and a wait
 * ends only when it is woken or interrupted, so a wake-up that is lost is a deadlock.
 */
public final class Hooks {
    private Hooks() {}

    private static ControlledThread current() {
        if (Thread.currentThread() instanceof ControlledThread thread) {
            return thread;
        }
        throw new IllegalStateException("instrumented code runs on " + Thread.currentThread()
                + ", which no schedule controls; create threads with ControlledThread.create");
    }

    /** Called before an access to shared state. */
    public static void point() {
        ControlledThread thread = current();
        thread.schedule.point(thread);
    }

    public static void monitorEnter(Object monitor) {
        ControlledThread thread = current();
        thread.schedule.lock(thread, monitor);
    }

    public static void monitorExit(Object monitor) {
        ControlledThread thread = current();
        thread.schedule.unlock(thread, monitor);
    }

    /** Acquires a lock. If the thread has to wait, it parks, which uses up a wake-up that it has already received. */
    public static void lock(ReentrantLock lock) {
        ControlledThread thread = current();
        if (thread.schedule.lock(thread, lock)) {
            thread.permit = false;
        }
    }

    public static void unlock(ReentrantLock lock) {
        monitorExit(lock);
    }

    public static boolean isHeldByCurrentThread(ReentrantLock lock) {
        ControlledThread thread = current();
        return thread.schedule.isLockedBy(thread, lock);
    }

    public static void parkNanos(@SuppressWarnings("unused") long nanos) {
        ControlledThread thread = current();
        thread.schedule.await(thread, () -> thread.permit || thread.interruptFlag);
        thread.permit = false;
    }

    public static void unpark(Thread thread) {
        point();
        if (thread instanceof ControlledThread controlled) {
            controlled.permit = true;
        } else {
            LockSupport.unpark(thread);
        }
    }

    public static boolean interrupted() {
        ControlledThread thread = current();
        boolean interrupted = thread.interruptFlag;
        thread.interruptFlag = false;
        return interrupted;
    }

    public static long nanoTime() {
        return 0;
    }
}
