package dev.ginkgo.run;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.core.LayoutBase;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/**
 * {@code HH:mm:ss.SSS LEVEL logger - message}, with the thread in brackets before the logger where it is a task's:
 * its name, {@code gateway/hub#accept}, tells the service.
 */
final class TextLayout extends LayoutBase<ILoggingEvent> {
    private final DateTimeFormatter time =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneId.systemDefault());

    private final Failures failures;

    /**
     * @param failures how exceptions are printed
     */
    TextLayout(Failures failures) {
        this.failures = failures;
    }

    @Override
    public String doLayout(ILoggingEvent event) {
        StringBuilder line = new StringBuilder(120);
        time.formatTo(event.getInstant(), line);
        String level = event.getLevel().toString();
        line.append(' ').append(level).append(" ".repeat(Math.max(1, 6 - level.length())));
        if (event.getThreadName().indexOf('#') >= 0) {
            line.append('[').append(event.getThreadName()).append("] ");
        }
        line.append(event.getLoggerName()).append(" - ").append(event.getFormattedMessage());
        line.append(System.lineSeparator());
        if (event.getThrowableProxy() instanceof ThrowableProxy proxy) {
            line.append(failures.render(proxy.getThrowable())).append(System.lineSeparator());
        }
        return line.toString();
    }
}
