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
 * Format of timestamps in text output: {@code 2026-11-25 14:38:56 +01:00 (12 s ago)}, in local time like the log. JSON
 * output uses ISO 8601.
 */
public final class TimestampFormat {
    private final Instant now;
    private final TimeZone zone;

    /**
     * @param now time that ages are relative to
     * @param zone the local zone; a TimeZone, because loading the rules of a ZoneId searches every jar
     */
    public TimestampFormat(Instant now, TimeZone zone) {
        this.now = now;
        this.zone = zone;
    }

    /**
     * Formats a timestamp of a pidfile.
     *
     * @param iso ISO 8601; other text is returned unchanged, because the pidfile may be of another version
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
