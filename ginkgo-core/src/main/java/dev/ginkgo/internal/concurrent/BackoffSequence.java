package dev.ginkgo.internal.concurrent;

import java.time.Duration;
import java.util.function.LongUnaryOperator;
import java.util.random.RandomGenerator;

/**
 * Pauses between failed attempts: each is twice as long as the one before, from a minimum to a maximum, with jitter so
 * that many clients that failed together do not return together. Used by one thread.
 */
public final class BackoffSequence {
    private final LongUnaryOperator jitter;
    private int failures;

    private BackoffSequence(LongUnaryOperator jitter) {
        this.jitter = jitter;
    }

    /** Pauses that are exactly the doubled values. */
    public static BackoffSequence withoutJitter() {
        return new BackoffSequence(LongUnaryOperator.identity());
    }

    /** Pauses drawn from the upper half of the doubled values, so that none exceeds the maximum. */
    public static BackoffSequence shortenedByUpToHalf(RandomGenerator random) {
        return new BackoffSequence(pause -> pause - (long) (pause / 2.0 * random.nextDouble()));
    }

    /** Pauses longer than the doubled values by up to a quarter, so that none falls below the minimum. */
    public static BackoffSequence lengthenedByUpToQuarter(RandomGenerator random) {
        return new BackoffSequence(pause -> pause + (long) (pause * 0.25 * random.nextDouble()));
    }

    /** Returns the next pause. The bounds may differ from call to call, as after a reload of settings. */
    public Duration next(Duration min, Duration max) {
        long shortest = WaitQueue.toNanos(min);
        long longest = WaitQueue.toNanos(max);
        boolean reached = failures >= Long.SIZE - 1 || shortest > longest >> failures;
        long pause = reached ? longest : shortest << failures;
        failures = Math.min(failures + 1, Long.SIZE - 1);
        return Duration.ofNanos(jitter.applyAsLong(pause));
    }

    /** Makes the next pause the shortest again. */
    public void reset() {
        failures = 0;
    }
}
