package dev.ginkgo.net.tcp;

import dev.ginkgo.config.Durations;
import java.time.Duration;

/**
 * How long to wait between two attempts: the bound doubles from {@code min} to {@code max}, and each pause is drawn
 * from its upper half, so that many clients of one server do not come back in step.
 *
 * @param min the bound of the first pause
 * @param max the longest pause, a day at most
 */
public record Backoff(Duration min, Duration max) {
    private static final Duration LONGEST = Duration.ofDays(1);

    public Backoff {
        if (!min.isPositive() || max.compareTo(min) < 0 || max.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("a backoff needs 0 < min <= max <= 24 h, not min "
                    + Durations.toHumanString(min) + " and max " + Durations.toHumanString(max));
        }
    }
}
