package dev.ginkgo.hub.http.server;

import dev.ginkgo.time.TimeSource;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Value of the {@code Date} header, formatted once per second. Thread-safe. */
public final class DateHeader {
    private static final DateTimeFormatter FORMAT = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private record Second(long number, String text) {}

    private final TimeSource timeSource;
    private volatile Second last = new Second(Long.MIN_VALUE, "");

    public DateHeader(TimeSource timeSource) {
        this.timeSource = timeSource;
    }

    /** Returns the value for the current second. */
    public String get() {
        long second = timeSource.now().getEpochSecond();
        Second current = last;
        if (current.number != second) {
            current = new Second(second, FORMAT.format(Instant.ofEpochSecond(second)));
            last = current;
        }
        return current.text;
    }
}
