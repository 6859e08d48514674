package dev.ginkgo.run.hub;

import dev.ginkgo.Time;
import dev.ginkgo.config.Durations;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Tries again, with pauses, until it works or the time for it is over. Tells once what is the matter. For one thread. */
final class Attempts {
    private final Console console;
    private final Time time;
    private final Pauses pauses;
    private boolean failing;
    private long since;

    Attempts(Console console, Time time, RandomGenerator random) {
        this.console = console;
        this.time = time;
        pauses = new Pauses(time, random);
    }

    /**
     * Waits after an attempt that has failed.
     *
     * @param limit for how long to try in all; nothing is for ever
     * @throws Failure if that is over
     */
    void failed(Trouble trouble, Optional<Duration> limit) throws InterruptedException {
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
