package dev.ginkgo.run.client;

import dev.ginkgo.config.Durations;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Retry loop with backoff and a time limit. Logs the first failure of a series and the recovery. Not thread-safe. */
public final class Retrier {
    private final ClientStreams clientStreams;
    private final TimeSource timeSource;
    private final RetryBackoff backoff;
    private boolean failing;
    private long failingSince;

    public Retrier(ClientStreams clientStreams, TimeSource timeSource, RandomGenerator random) {
        this.clientStreams = clientStreams;
        this.timeSource = timeSource;
        backoff = new RetryBackoff(timeSource, random);
    }

    /**
     * Waits before the next attempt.
     *
     * @param limit how long to retry in total, from the first failure; empty for no limit
     * @throws FatalException if the limit has been reached, or the hub asks for a pause beyond it
     */
    void awaitRetry(RetryableException retryableException, Optional<Duration> limit) throws InterruptedException {
        boolean first = !failing;
        if (first) {
            failing = true;
            failingSince = timeSource.nanos();
        }
        Duration pause = backoff.next(retryableException.retryAfter());
        if (limit.isPresent()) {
            Duration left = limit.get().minusNanos(timeSource.nanos() - failingSince);
            boolean beyondLimit = retryableException.retryAfter().isPresent() && pause.compareTo(left) > 0;
            if (!left.isPositive() || beyondLimit) {
                throw retryableException.toFatal();
            }
            pause = pause.compareTo(left) < 0 ? pause : left;
        }
        if (first) {
            clientStreams.printError(retryableException.text() + "; retrying"
                    + limit.map(whole -> " for " + Durations.toHumanString(whole))
                            .orElse(""));
        }
        backoff.sleep(pause);
    }

    /** Records that a connection succeeded. */
    void connected() {
        if (failing) {
            failing = false;
            clientStreams.printError("reconnected");
        }
    }

    /** Resets the backoff after a success. */
    void succeeded() {
        backoff.reset();
    }
}
