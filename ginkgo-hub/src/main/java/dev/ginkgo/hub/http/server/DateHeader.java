package dev.ginkgo.hub.http.server;

import dev.ginkgo.time.TimeSource;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The text of the {@code Date} header, made once a second. */
final class DateHeader {
    private static final DateTimeFormatter FORMAT = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private record Second(long number, String text) {}

    private final TimeSource timeSource;
    private volatile Second last = new Second(Long.MIN_VALUE, "");

    DateHeader(TimeSource timeSource) {
        this.timeSource = timeSource;
    }

    String get() {
        long second = timeSource.now().getEpochSecond();
        Second known = last;
        if (known.number != second) {
            known = new Second(second, FORMAT.format(Instant.ofEpochSecond(second)));
            last = known;
        }
        return known.text;
    }
}
