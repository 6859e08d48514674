package dev.ginkgo.run.client;

import dev.ginkgo.internal.concurrent.BackoffSequence;
import dev.ginkgo.internal.concurrent.WaitQueue;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The pauses between attempts: the bound doubles, and each pause is drawn from its upper half, so that the clients of
 * a hub that has died do not come back in step. What the hub itself asks for comes first.
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

    /** The next pause is a short one again. */
    void reset() {
        backoff.reset();
    }

    /** How long to wait now, if the hub has asked for that much. */
    Duration next(Optional<Duration> asked) {
        Duration own = backoff.next(INITIAL, MAX);
        return asked.map(wish -> wish.compareTo(MAX_RETRY_AFTER) < 0 ? wish : MAX_RETRY_AFTER)
                .orElse(own);
    }

    void sleep(Duration pause) throws InterruptedException {
        WaitQueue.sleep(timeSource, pause);
    }
}
