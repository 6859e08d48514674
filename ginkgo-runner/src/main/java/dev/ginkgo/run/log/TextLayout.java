package dev.ginkgo.run.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.core.LayoutBase;
import dev.ginkgo.run.output.ExceptionPrinter;
import java.time.LocalDate;
import java.util.TimeZone;

/**
 * Layout of log lines: {@code HH:mm:ss.SSS LEVEL logger - message}. If the thread belongs to a task, its name, such as
 * {@code gateway/hub#accept}, precedes the logger in brackets. Lines in files start with the date.
 */
final class TextLayout extends LayoutBase<ILoggingEvent> {
    private static final long DAY_MILLIS = 86_400_000;

    private final ExceptionPrinter exceptionPrinter;
    private final boolean dates;
    private final TimeZone zone;

    /**
     * @param exceptionPrinter formats exceptions
     * @param dates whether lines start with the date
     * @param zone the local zone; a TimeZone, because loading the rules of a ZoneId searches every jar
     */
    TextLayout(ExceptionPrinter exceptionPrinter, boolean dates, TimeZone zone) {
        this.exceptionPrinter = exceptionPrinter;
        this.dates = dates;
        this.zone = zone;
    }

    @Override
    public String doLayout(ILoggingEvent event) {
        StringBuilder line = new StringBuilder(120);
        appendTime(line, event.getTimeStamp());
        String level = event.getLevel().toString();
        line.append(' ').append(level).append(" ".repeat(Math.max(1, 6 - level.length())));
        if (event.getThreadName().indexOf('#') >= 0) {
            line.append('[').append(event.getThreadName()).append("] ");
        }
        line.append(event.getLoggerName()).append(" - ").append(event.getFormattedMessage());
        line.append(System.lineSeparator());
        if (event.getThrowableProxy() instanceof ThrowableProxy proxy) {
            line.append(exceptionPrinter.render(proxy.getThrowable())).append(System.lineSeparator());
        }
        return line.toString();
    }

    private void appendTime(StringBuilder line, long millis) {
        long local = millis + zone.getOffset(millis);
        if (dates) {
            line.append(LocalDate.ofEpochDay(Math.floorDiv(local, DAY_MILLIS))).append(' ');
        }
        int ofDay = (int) Math.floorMod(local, DAY_MILLIS);
        appendDigits(line, ofDay / 3_600_000, 10);
        appendDigits(line.append(':'), ofDay / 60_000 % 60, 10);
        appendDigits(line.append(':'), ofDay / 1_000 % 60, 10);
        appendDigits(line.append('.'), ofDay % 1_000, 100);
    }

    private static void appendDigits(StringBuilder line, int number, int place) {
        for (int each = place; each > 0; each /= 10) {
            line.append((char) ('0' + number / each % 10));
        }
    }
}
