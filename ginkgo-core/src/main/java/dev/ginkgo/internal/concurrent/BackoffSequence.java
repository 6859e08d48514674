package dev.ginkgo.internal.concurrent;

import java.time.Duration;
import java.util.function.LongUnaryOperator;
import java.util.random.RandomGenerator;

/**
 * Sequence of pauses between failed attempts. Each pause is twice as long as the one before, from a minimum to a
 * maximum, with jitter, so that many clients that fail at the same moment do not retry at the same moment. Used by one
 * thread.
 */
public final class BackoffSequence {
    private final LongUnaryOperator jitter;
    private int failures;

    private BackoffSequence(LongUnaryOperator jitter) {
        this.jitter = jitter;
    }

    /** Returns a sequence of exactly the doubled values. */
    public static BackoffSequence withoutJitter() {
        return new BackoffSequence(LongUnaryOperator.identity());
    }

    /**
     * Returns a sequence of pauses drawn from the upper half of the doubled values, so that none exceeds the maximum.
     */
    public static BackoffSequence shortenedByUpToHalf(RandomGenerator random) {
        return new BackoffSequence(pause -> pause - (long) (pause / 2.0 * random.nextDouble()));
    }

    /**
     * Returns a sequence of pauses that exceed the doubled values by up to a quarter, so that none is below the
     * minimum.
     */
    public static BackoffSequence lengthenedByUpToQuarter(RandomGenerator random) {
        return new BackoffSequence(pause -> pause + (long) (pause * 0.25 * random.nextDouble()));
    }

    /** Returns the next pause. The bounds may differ from call to call, as after a reload of settings. */
    public Duration next(Duration min, Duration max) {
        long minNanos = WaitQueue.toNanos(min);
        long maxNanos = WaitQueue.toNanos(max);
        boolean maxReached = failures >= Long.SIZE - 1 || minNanos > maxNanos >> failures;
        long pause = maxReached ? maxNanos : minNanos << failures;
        failures = Math.min(failures + 1, Long.SIZE - 1);
        return Duration.ofNanos(jitter.applyAsLong(pause));
    }

    /** Restarts the sequence: the next pause is the minimum. */
    public void reset() {
        failures = 0;
    }
}
