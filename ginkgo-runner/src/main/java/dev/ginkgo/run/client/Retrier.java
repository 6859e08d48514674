package dev.ginkgo.run.client;

import dev.ginkgo.config.Durations;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Tries again, with pauses, until it works or the time for it is over. Tells once what is the matter. For one thread. */
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
     * Waits after an attempt that has failed.
     *
     * @param limit for how long to try in all; nothing is for ever
     * @throws FatalException if that is over
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
            boolean waitsInVain = retryableException.retryAfter().isPresent() && pause.compareTo(left) > 0;
            if (!left.isPositive() || waitsInVain) {
                throw retryableException.toFatal();
            }
            pause = pause.compareTo(left) < 0 ? pause : left;
        }
        if (first) {
            clientStreams.printError(retryableException.text() + "; trying again"
                    + limit.map(whole -> " for " + Durations.toHumanString(whole))
                            .orElse(""));
        }
        backoff.sleep(pause);
    }

    /** An attempt has got through. */
    void connected() {
        if (failing) {
            failing = false;
            clientStreams.printError("connected again");
        }
    }

    /** All is well: the next pause is a short one again. */
    void succeeded() {
        backoff.reset();
    }
}
