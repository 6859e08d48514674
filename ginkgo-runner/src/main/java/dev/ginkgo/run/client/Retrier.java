package dev.ginkgo.run.client;

import dev.ginkgo.config.Durations;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Tries again, with pauses, until it works or the time for it is over. Tells once what is the matter. For one thread. */
public final class Retrier {
    private final ClientStreams console;
    private final TimeSource time;
    private final RetryBackoff pauses;
    private boolean failing;
    private long since;

    public Retrier(ClientStreams console, TimeSource time, RandomGenerator random) {
        this.console = console;
        this.time = time;
        pauses = new RetryBackoff(time, random);
    }

    /**
     * Waits after an attempt that has failed.
     *
     * @param limit for how long to try in all; nothing is for ever
     * @throws FatalException if that is over
     */
    void failed(RetryableException trouble, Optional<Duration> limit) throws InterruptedException {
        boolean first = !failing;
        if (first) {
            failing = true;
            since = time.nanos();
        }
        Duration pause = pauses.next(trouble.retryAfter());
        if (limit.isPresent()) {
            Duration left = limit.get().minusNanos(time.nanos() - since);
            boolean waitsInVain = trouble.retryAfter().isPresent() && pause.compareTo(left) > 0;
            if (!left.isPositive() || waitsInVain) {
                throw trouble.lasting();
            }
            pause = pause.compareTo(left) < 0 ? pause : left;
        }
        if (first) {
            console.tell(trouble.text() + "; trying again"
                    + limit.map(whole -> " for " + Durations.shortly(whole)).orElse(""));
        }
        pauses.sleep(pause);
    }

    /** An attempt has got through. */
    void connected() {
        if (failing) {
            failing = false;
            console.tell("connected again");
        }
    }

    /** All is well: the next pause is a short one again. */
    void worked() {
        pauses.reset();
    }
}
