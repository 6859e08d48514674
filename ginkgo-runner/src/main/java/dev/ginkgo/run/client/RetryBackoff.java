package dev.ginkgo.run.client;

import dev.ginkgo.internal.concurrent.BackoffSequence;
import dev.ginkgo.internal.concurrent.WaitQueue;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Pauses between attempts: exponential backoff, each pause drawn at random from the upper half of its range so that the
 * clients of a failed hub do not reconnect at the same time. A {@code Retry-After} of the hub takes precedence.
 */
final class RetryBackoff {
    private static final Duration INITIAL = Duration.ofMillis(200);
    private static final Duration MAX = Duration.ofSeconds(15);
    private static final Duration MAX_RETRY_AFTER = Duration.ofMinutes(5);

    private final TimeSource timeSource;
    private final BackoffSequence backoff;

    RetryBackoff(TimeSource timeSource, RandomGenerator random) {
        this.timeSource = timeSource;
        backoff = BackoffSequence.shortenedByUpToHalf(random);
    }

    /** Starts again with the shortest pause. */
    void reset() {
        backoff.reset();
    }

    /**
     * Returns the next pause.
     *
     * @param retryAfter the pause that the hub requested; capped at five minutes
     */
    Duration next(Optional<Duration> retryAfter) {
        Duration ownPause = backoff.next(INITIAL, MAX);
        return retryAfter
                .map(requested -> requested.compareTo(MAX_RETRY_AFTER) < 0 ? requested : MAX_RETRY_AFTER)
                .orElse(ownPause);
    }

    void sleep(Duration pause) throws InterruptedException {
        WaitQueue.sleep(timeSource, pause);
    }
}
