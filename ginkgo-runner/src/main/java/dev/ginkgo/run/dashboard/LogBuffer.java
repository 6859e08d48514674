package dev.ginkgo.run.dashboard;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * The newest lines of the log, for the dashboard. An appender of Logback, whose monitor guards the lines. It holds texts
 * only, no objects of the program.
 */
public final class LogBuffer extends AppenderBase<ILoggingEvent> {
    private static final int CAPACITY = 1_000;
    private static final int MAX_TEXT = 8_192;

    private final Line[] lines = new Line[CAPACITY];
    private long end; // number of the next line; guarded by this

    private record Line(
            long number, long millis, String level, String logger, String thread, String message, String stack) {
        Map<String, @Nullable Object> toMap() {
            Map<String, @Nullable Object> members = new LinkedHashMap<>();
            members.put("number", number);
            members.put("at", millis);
            members.put("level", level);
            members.put("logger", logger);
            members.put("thread", thread);
            members.put("message", message);
            members.put("stack", stack);
            return members;
        }
    }

    /** Creates a buffer and attaches it to the root logger, whose configuration must be complete. */
    public static LogBuffer attach() {
        LogBuffer buffer = new LogBuffer();
        buffer.reattach();
        return buffer;
    }

    /** Attaches this buffer again, after a new configuration of the log has detached it. It keeps its lines. */
    public void reattach() {
        LoggerContext loggers = (LoggerContext) LoggerFactory.getILoggerFactory();
        setContext(loggers);
        setName("ginkgo-dashboard");
        start();
        loggers.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(this);
    }

    /** Called by Logback with this monitor held. */
    @Override
    protected void append(ILoggingEvent event) {
        String stack = event.getThrowableProxy() == null ? "" : ThrowableProxyUtil.asString(event.getThrowableProxy());
        lines[(int) (end % CAPACITY)] = new Line(
                end,
                event.getTimeStamp(),
                event.getLevel().toString(),
                event.getLoggerName(),
                event.getThreadName(),
                shortened(String.valueOf(event.getFormattedMessage())),
                shortened(stack));
        end++;
    }

    /**
     * Lines of the log, oldest first.
     *
     * @param next number from which to continue
     * @param lines the lines as JSON objects
     */
    record Batch(long next, List<Map<String, @Nullable Object>> lines) {}

    /** Returns the lines that are held from a number on. */
    synchronized Batch from(long number) {
        List<Map<String, @Nullable Object>> found = new ArrayList<>();
        for (long each = Math.max(number, Math.max(0, end - CAPACITY)); each < end; each++) {
            found.add(lines[(int) (each % CAPACITY)].toMap());
        }
        return new Batch(end, found);
    }

    private static String shortened(String text) {
        return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT) + " …";
    }
}
