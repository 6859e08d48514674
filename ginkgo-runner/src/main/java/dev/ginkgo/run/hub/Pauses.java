package dev.ginkgo.run.hub;

import dev.ginkgo.Time;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The pauses between attempts: the bound doubles, and each pause is drawn from its upper half, so that the clients of
 * a hub that has died do not come back in step. What the hub itself asks for comes first.
 */
final class Pauses {
    private static final long FIRST = Duration.ofMillis(200).toNanos();
    private static final long LONGEST = Duration.ofSeconds(15).toNanos();
    private static final Duration MOST_ASKED_FOR = Duration.ofMinutes(5);

    private final Time time;
    private final RandomGenerator random;
    private long bound = FIRST;

    Pauses(Time time, RandomGenerator random) {
        this.time = time;
        this.random = random;
    }

    /** The next pause is a short one again. */
    void reset() {
        bound = FIRST;
    }

    /** How long to wait now, if the hub has asked for that much. */
    Duration next(Optional<Duration> asked) {
        long own = bound - (long) (bound / 2.0 * random.nextDouble());
        bound = Math.min(2 * bound, LONGEST);
        return asked.map(wish -> wish.compareTo(MOST_ASKED_FOR) < 0 ? wish : MOST_ASKED_FOR)
                .orElse(Duration.ofNanos(own));
    }

    void sleep(Duration pause) throws InterruptedException {
        long deadline = time.nanos() + pause.toNanos();
        while (deadline - time.nanos() > 0) {
            time.park(deadline);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }
}
