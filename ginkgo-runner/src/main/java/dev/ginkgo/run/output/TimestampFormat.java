package dev.ginkgo.run.output;

import dev.ginkgo.config.Durations;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.TimeZone;

/**
 * Moments as people read them: {@code 2026-11-25 14:38:56 +01:00 (12 s ago)}, in the time of this place, as the log
 * has it. Programs get ISO 8601.
 */
public final class TimestampFormat {
    private final Instant now;
    private final TimeZone zone;

    /**
     * @param zone of this place; this class, because the rules of a ZoneId are searched for in every jar
     */
    public TimestampFormat(Instant now, TimeZone zone) {
        this.now = now;
        this.zone = zone;
    }

    /**
     * A moment of a pidfile, in words.
     *
     * @param iso as ISO 8601; anything else is shown as it is, for the pidfile may be of another ginkgo
     */
    public String format(String iso) {
        Instant at;
        try {
            at = Instant.parse(iso);
        } catch (DateTimeException e) {
            return iso;
        }
        ZoneOffset offset = ZoneOffset.ofTotalSeconds(zone.getOffset(at.toEpochMilli()) / 1_000);
        Duration ago = Duration.between(at, now);
        return String.format(Locale.ROOT, "%1$tF %1$tT", LocalDateTime.ofInstant(at, offset))
                + (offset.equals(ZoneOffset.UTC) ? " UTC" : " " + offset)
                + (ago.isNegative() ? "" : " (" + Durations.toHumanString(ago) + " ago)");
    }
}
