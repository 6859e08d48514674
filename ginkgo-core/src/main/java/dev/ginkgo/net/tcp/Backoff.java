package dev.ginkgo.net.tcp;

import dev.ginkgo.config.Durations;
import java.time.Duration;

/**
 * Pauses between reconnect attempts: the limit doubles from {@code min} to {@code max}, and each pause is drawn from
 * the upper half of the limit, so that many clients of one server do not reconnect at the same moment.
 *
 * @param min limit of the first pause; positive
 * @param max the longest pause, at most one day
 */
public record Backoff(Duration min, Duration max) {
    private static final Duration LONGEST = Duration.ofDays(1);

    public Backoff {
        if (!min.isPositive() || max.compareTo(min) < 0 || max.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("backoff must be 0 < min <= max <= 24 h, but min is "
                    + Durations.toHumanString(min) + " and max is " + Durations.toHumanString(max));
        }
    }
}
