package dev.ginkgo.run.daemon;

import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Determines why the JVM exits without a regular stop of the service: a call of {@code System.exit} in user code, or a
 * signal that arrived before its handler was installed. In both cases {@code Runtime.exit} logs the status and the
 * stack trace to its logger, as documented there.
 */
final class ExitWatcher {
    static final int UNKNOWN_CODE = -1;

    private static final Pattern STATUS = Pattern.compile("-?\\d+$");
    private static final String SIGNAL = "jdk.internal.misc.Signal"; // in the stack of the JVM's default signal handler

    private final Logger logger =
            Logger.getLogger("java.lang.Runtime"); // strong reference: the log manager has only weak ones
    private final AtomicReference<@Nullable LogRecord> exit = new AtomicReference<>();

    /**
     * Exit of this process.
     *
     * @param code the exit code; {@link #UNKNOWN_CODE} if unknown
     * @param reason the cause
     */
    record ProcessExit(int code, String reason) {}

    /** Starts watching. Create at most one per process. */
    ExitWatcher() {
        logger.setLevel(Level.FINE);
        logger.setUseParentHandlers(false);
        logger.addHandler(new Handler() {
            @Override
            public void publish(LogRecord logged) {
                exit.compareAndSet(null, logged);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        });
    }

    /** Returns what is known about the exit. Called in a shutdown hook. */
    ProcessExit end() {
        LogRecord logged = exit.get();
        if (logged == null) {
            return new ProcessExit(UNKNOWN_CODE, "the JVM ended before the service was stopped");
        }
        Matcher status = STATUS.matcher(logged.getMessage());
        int code = status.find() ? Integer.parseInt(status.group()) : UNKNOWN_CODE;
        Optional<StackTraceElement> caller = caller(logged);
        if (caller.filter(frame -> frame.getClassName().startsWith(SIGNAL)).isPresent()) {
            return new ProcessExit(code, "terminated by a signal before the signal handlers were installed");
        }
        return new ProcessExit(
                code,
                "System.exit was called" + caller.map(frame -> " at " + frame).orElse("")
                        + "; services were not stopped");
    }

    private static Optional<StackTraceElement> caller(LogRecord logged) {
        return Optional.ofNullable(logged.getThrown())
                .flatMap(thrown -> Arrays.stream(thrown.getStackTrace())
                        .filter(frame -> !frame.getClassName().startsWith("java.lang."))
                        .findFirst());
    }
}
