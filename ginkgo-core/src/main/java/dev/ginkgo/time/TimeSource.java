package dev.ginkgo.time;

import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;

/**
 * Time source of a tree. Every wait that a service requests ({@code sleep}, {@code every}, {@code spawnLater}, {@code
 * awaitReady}, a mailbox, the pause before a supervised restart) uses it, so that a test can control time. The
 * deadlines of start and stop always use the system time, because they limit real threads.
 *
 * <p>The primitives are those of {@link java.util.concurrent.locks.LockSupport}: a thread parks until a deadline, and
 * another thread may unpark it earlier. All methods may be called from any thread.
 */
public interface TimeSource {

    /** Returns the wall-clock time. It may jump, so do not use it to measure durations. */
    Instant now();

    /** Returns the monotonic time in nanoseconds from an arbitrary origin. Compare two values by subtraction. */
    long nanos();

    /**
     * Parks the calling thread until {@link #nanos()} reaches {@code deadline}, the thread is passed to {@link #unpark}
     * (also shortly before this call), or the thread is interrupted (the interrupt flag stays set). May return
     * spuriously, so the caller checks its condition again.
     *
     * @param deadline in terms of {@link #nanos()}
     */
    void park(long deadline);

    /** Wakes a thread from {@link #park}, or makes its next {@code park} return at once. */
    void unpark(Thread thread);

    /**
     * Runs a call that waits for an external event, such as a socket or a process. The system time source only makes
     * the call; the clock of a test may count the thread as waiting during the call.
     */
    default <T, X extends Exception> T callBlocking(BlockingCall<T, X> call) throws X {
        return call.call();
    }

    /** Call that waits for an external event. */
    interface BlockingCall<T, X extends Exception> {
        T call() throws X;
    }

    /**
     * Called once by each tree that uses this time source, before any of its tasks runs.
     *
     * @param tasks returns the threads of the tree's live tasks; each is named {@code path#name}
     */
    default void onTreeStart(Supplier<List<Thread>> tasks) {}

    /** Returns the time source of the operating system. */
    static TimeSource system() {
        return SystemTime.INSTANCE;
    }
}
