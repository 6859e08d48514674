package dev.ginkgo.net;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** Draws the pauses of a {@link Backoff}. Used by one thread. */
final class Retries {
    private final RandomGenerator random;
    private int failures;

    Retries(RandomGenerator random) {
        this.random = random;
    }

    /** The next pause; a backoff changed by a reload is felt here. */
    Duration next(Backoff backoff) {
        long max = backoff.max().toNanos();
        long bound = backoff.min().toNanos();
        for (int i = 0; i < failures && bound < max; i++) {
            bound *= 2;
        }
        failures++;
        bound = Math.min(bound, max);
        return Duration.ofNanos(bound - (long) (bound / 2.0 * random.nextDouble()));
    }

    /** The next pause is the shortest again. */
    void reset() {
        failures = 0;
    }
}
