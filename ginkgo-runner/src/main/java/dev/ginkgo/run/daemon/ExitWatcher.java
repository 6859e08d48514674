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
 * Finds out why the JVM ends although nobody has stopped the service in order: {@code System.exit} in somebody's code,
 * or a signal that came before anybody listened. Of both {@code Runtime.exit} tells its logger, with the status and
 * the stack, as its documentation says.
 */
final class ExitWatcher {
    static final int UNKNOWN_CODE = -1;

    private static final Pattern STATUS = Pattern.compile("-?\\d+$");
    private static final String SIGNAL = "jdk.internal.misc.Signal"; // on whose thread the JVM's own handler runs

    private final Logger logger = Logger.getLogger("java.lang.Runtime"); // held: loggers are kept weakly
    private final AtomicReference<@Nullable LogRecord> exit = new AtomicReference<>();

    /**
     * How it came to its end.
     *
     * @param code the exit code; {@link #UNKNOWN_CODE} if that cannot be known
     * @param reason what happened
     */
    record ProcessExit(int code, String reason) {}

    /** Watches from now on. Once a process. */
    ExitWatcher() {
        logger.setLevel(Level.FINE);
        logger.setUseParentHandlers(false);
        logger.addHandler(new Handler() {
            @Override
            public void publish(LogRecord told) {
                exit.compareAndSet(null, told);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        });
    }

    /** What is known in a shutdown hook. */
    ProcessExit end() {
        LogRecord told = exit.get();
        if (told == null) {
            return new ProcessExit(UNKNOWN_CODE, "the JVM ended before the service was stopped");
        }
        Matcher status = STATUS.matcher(told.getMessage());
        int code = status.find() ? Integer.parseInt(status.group()) : UNKNOWN_CODE;
        Optional<StackTraceElement> caller = caller(told);
        if (caller.filter(frame -> frame.getClassName().startsWith(SIGNAL)).isPresent()) {
            return new ProcessExit(code, "a signal ended it before it listened to signals");
        }
        return new ProcessExit(
                code,
                "System.exit was called" + caller.map(frame -> " at " + frame).orElse("")
                        + "; nothing was stopped in order");
    }

    private static Optional<StackTraceElement> caller(LogRecord told) {
        return Optional.ofNullable(told.getThrown())
                .flatMap(thrown -> Arrays.stream(thrown.getStackTrace())
                        .filter(frame -> !frame.getClassName().startsWith("java.lang."))
                        .findFirst());
    }
}
