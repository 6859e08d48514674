package dev.ginkgo.time;

import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;

/**
 * The time of a tree: every wait that a service asks for ({@code sleep}, {@code every}, {@code later}, {@code
 * awaitReady}, a mailbox, the pause before a supervised restart) goes through it, so that a test can hold the
 * clock in its hand. The deadlines of start and stop do not: they bound real threads, and stay real.
 *
 * <p>The two primitives are those of {@link java.util.concurrent.locks.LockSupport}: a thread parks until a moment,
 * and another one may wake it before. All methods may be called from any thread.
 */
public interface TimeSource {

    /** The wall clock. It may jump; never measure with it. */
    Instant now();

    /** The monotonic clock, in nanoseconds from an arbitrary origin; compare by subtraction. */
    long nanos();

    /**
     * Parks the calling thread until {@link #nanos()} reaches {@code deadline}, or {@link #unpark} names this
     * thread (also shortly before the call), or the thread is interrupted (the flag stays set). It may return for
     * no reason: the caller looks again at what it waits for.
     */
    void park(long deadline);

    /** Wakes a thread from {@link #park}, or lets its next {@code park} return at once. */
    void unpark(Thread thread);

    /**
     * Runs a call that waits for the world outside: a socket, a process. The system's time just makes the call; a
     * test's clock may count the thread as waiting meanwhile.
     */
    default <T, X extends Exception> T callBlocking(BlockingCall<T, X> call) throws X {
        return call.call();
    }

    /** A call that waits for the world outside. */
    interface BlockingCall<T, X extends Exception> {
        T call() throws X;
    }

    /**
     * Called once by a tree that begins to live on this time, before any of its tasks.
     *
     * @param tasks returns the threads of the tree's live tasks, each named after its task, {@code path#name}
     */
    default void onTreeStart(Supplier<List<Thread>> tasks) {}

    /** The time of the machine. */
    static TimeSource system() {
        return SystemTime.INSTANCE;
    }
}
