package dev.ginkgo.internal.engine;

import dev.ginkgo.internal.concurrent.BackoffSequence;
import dev.ginkgo.internal.concurrent.WaitQueue;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The failures of one child within its supervision's window, and the pause that the next restart waits. After
 * Erlang/OTP's restart intensity; the backoff doubles from one failure to the next, with up to a quarter of jitter,
 * and begins anew after a quiet period longer than the window.
 */
final class RestartHistory {
    private record Failure(long at, Throwable cause) {}

    private final Deque<Failure> failures = new ArrayDeque<>();
    private @Nullable BackoffSequence backoff;
    private int count;
    private @Nullable Throwable lastFailure;
    private long pauseEnd;
    private @Nullable TimeSource beginPause;

    /**
     * Counts a failure.
     *
     * @return the pause before the restart, or null if the intensity is exceeded
     */
    synchronized @Nullable Duration recordFailure(
            RestartPolicy policy, TimeSource timeSource, RandomGenerator random, Throwable cause) {
        lastFailure = cause;
        long now = timeSource.nanos();
        long window = WaitQueue.toNanos(policy.window());
        BackoffSequence pauses = backoff;
        if (pauses == null || failures.isEmpty() || now - failures.getLast().at > window) {
            pauses = BackoffSequence.lengthenedByUpToQuarter(random);
            backoff = pauses;
        }
        failures.removeIf(failure -> now - failure.at > window);
        failures.add(new Failure(now, cause));
        if (failures.size() > policy.maxRestarts()) {
            return null;
        }
        return pauses.next(policy.minBackoff(), policy.maxBackoff());
    }

    /** The parent starts the child itself, which is a new life with all its restarts. */
    synchronized void reset() {
        failures.clear();
    }

    synchronized void recordRestart() {
        count++;
    }

    synchronized int count() {
        return count;
    }

    /** What failed last, however long ago. */
    synchronized Optional<Throwable> lastFailure() {
        return Optional.ofNullable(lastFailure);
    }

    /** What made the failures that are still inside the window, oldest first. */
    synchronized List<Throwable> recentFailures() {
        return failures.stream().map(Failure::cause).toList();
    }

    synchronized void beginPause(TimeSource timeSource, long until) {
        beginPause = timeSource;
        pauseEnd = until;
    }

    synchronized void endPause() {
        beginPause = null;
    }

    /** What is left of the pause before the next restart, where there is one. */
    synchronized Optional<Duration> remainingPause() {
        return beginPause == null
                ? Optional.empty()
                : Optional.of(Duration.ofNanos(Math.max(0, pauseEnd - beginPause.nanos())));
    }
}
