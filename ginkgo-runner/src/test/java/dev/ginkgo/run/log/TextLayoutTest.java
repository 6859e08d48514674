package dev.ginkgo.run.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.LoggingEvent;
import dev.ginkgo.run.output.ExceptionPrinter;
import dev.ginkgo.run.output.SourceLines;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Random;
import java.util.TimeZone;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class TextLayoutTest {
    @Test
    @DisplayName("R-15 a log line contains the local time of day, the level, the task, the logger and the message")
    void formatsOneLine() {
        LoggingEvent event = event(Instant.parse("2026-07-01T22:59:08.007Z"), "gateway/hub#accept");
        assertThat(layout(false, "Europe/Berlin").doLayout(event))
                .isEqualTo("00:59:08.007 INFO  [gateway/hub#accept] Hub - hello" + System.lineSeparator());
    }

    @Test
    @DisplayName("R-15 in a file the date precedes the time; both are correct in every time zone, at random instants")
    void formatsDateAndTime_inEveryZone() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (String zone : List.of("UTC", "Europe/Berlin", "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia")) {
            DateTimeFormatter expected =
                    DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS").withZone(ZoneId.of(zone));
            for (int i = 0; i < 1_000; i++) {
                Instant at = Instant.ofEpochMilli(random.nextLong(0, 2_000_000_000_000L));
                assertThat(layout(true, zone).doLayout(event(at, "main")))
                        .as("seed %d, %s in %s", seed, at, zone)
                        .startsWith(expected.format(at) + " INFO  ");
            }
        }
    }

    private static TextLayout layout(boolean dates, String zone) {
        return new TextLayout(new ExceptionPrinter(false, SourceLines.none()), dates, TimeZone.getTimeZone(zone));
    }

    private static LoggingEvent event(Instant at, String thread) {
        LoggingEvent event = new LoggingEvent();
        event.setInstant(at);
        event.setLevel(Level.INFO);
        event.setLoggerName("Hub");
        event.setThreadName(thread);
        event.setMessage("hello");
        return event;
    }
}
