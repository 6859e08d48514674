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
 * Failures of one child within the window of its supervision, and the pending pause before its next restart. Implements
 * the restart intensity of Erlang/OTP. A pause counts for no more than its share of the window, so that a long backoff
 * alone cannot keep failures apart and thereby permit any number of them. The backoff doubles from one failure to the next, with up to a quarter of
 * jitter, and is reset after a quiet period longer than the window.
 */
final class RestartHistory {
    private record Failure(long at, Throwable cause) {}

    /**
     * What a status shows.
     *
     * @param lastFailure the last failure, regardless of its age
     * @param count the number of restarts
     * @param remainingPause the remaining pause before the next restart, if one is pending
     */
    record Summary(Optional<Throwable> lastFailure, int count, Optional<Duration> remainingPause) {}

    /** Total time by which the pauses exceeded their share of the window; the times of failures leave it out. */
    private long excludedNanos;

    private final Deque<Failure> failures = new ArrayDeque<>();
    private @Nullable BackoffSequence backoff;
    private int count;
    private @Nullable Throwable lastFailure;
    private long lastFailureAt;
    private long pauseEnd;
    private @Nullable TimeSource pauseTime;

    /**
     * Counts a failure.
     *
     * @return the pause before the restart, or null if the restart intensity is exceeded
     */
    synchronized @Nullable Duration recordFailure(
            RestartPolicy policy, TimeSource timeSource, RandomGenerator random, Throwable cause) {
        lastFailure = cause;
        long realNow = timeSource.nanos();
        long now = realNow - excludedNanos;
        long window = WaitQueue.toNanos(policy.window());
        BackoffSequence pauses = backoff;
        if (pauses == null || failures.isEmpty() || realNow - lastFailureAt > window) {
            pauses = BackoffSequence.lengthenedByUpToQuarter(random);
            backoff = pauses;
        }
        lastFailureAt = realNow;
        failures.removeIf(failure -> now - failure.at > window);
        failures.add(new Failure(now, cause));
        if (failures.size() > policy.maxRestarts()) {
            return null;
        }
        Duration pause = pauses.next(policy.minBackoff(), policy.maxBackoff());
        excludedNanos += Math.max(0, WaitQueue.toNanos(pause) - window / (policy.maxRestarts() + 1L));
        return pause;
    }

    /** Forgets the failures, because the parent starts the child as part of its own start. */
    synchronized void reset() {
        failures.clear();
    }

    /** Counts a restart. */
    synchronized void recordRestart() {
        count++;
    }

    /** Returns what a status shows, all of the same moment. */
    synchronized Summary summary() {
        return new Summary(Optional.ofNullable(lastFailure), count, remainingPause());
    }

    /** Returns the causes of the failures within the window, oldest first. */
    synchronized List<Throwable> recentFailures() {
        return failures.stream().map(Failure::cause).toList();
    }

    /** Records that the restart is pending until a deadline of the given time source. */
    synchronized void beginPause(TimeSource timeSource, long until) {
        pauseTime = timeSource;
        pauseEnd = until;
    }

    /** Records that no restart is pending. */
    synchronized void endPause() {
        pauseTime = null;
    }

    /** Returns the remaining pause before the next restart; empty if none is pending. */
    synchronized Optional<Duration> remainingPause() {
        return pauseTime == null
                ? Optional.empty()
                : Optional.of(Duration.ofNanos(Math.max(0, pauseEnd - pauseTime.nanos())));
    }
}
