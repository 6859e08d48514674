package dev.ginkgo.internal.net;

import dev.ginkgo.config.Durations;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;

/** Formats I/O errors for messages. */
public final class IoMessages {
    private IoMessages() {}

    /**
     * Returns one line for an exception that ended a connection. For anything but an I/O error, it includes the
     * position in the code.
     */
    public static String oneLine(Throwable t) {
        String message = String.valueOf(t.getMessage()).lines().findFirst().orElse("");
        if (t instanceof UnknownHostException) {
            return "unknown host";
        }
        if (t instanceof IOException && t.getMessage() != null) {
            return message;
        }
        StackTraceElement[] stack = t.getStackTrace();
        return t.getClass().getSimpleName()
                + (t.getMessage() == null ? "" : ": " + message)
                + (stack.length == 0 ? "" : " at " + stack[0]);
    }

    /** Returns the reason why a connection could not be established. */
    public static String unreachable(IOException e, Duration connectTimeout) {
        return e instanceof SocketTimeoutException
                ? "no answer within " + Durations.toHumanString(connectTimeout)
                : oneLine(e);
    }
}
