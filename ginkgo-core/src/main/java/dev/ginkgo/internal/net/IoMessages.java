package dev.ginkgo.internal.net;

import dev.ginkgo.config.Durations;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;

/** How the messages of this package print things. */
public final class IoMessages {
    private IoMessages() {}

    /** One line for what ended a connection; a bug also says where it is. */
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

    /** Why a connection did not come about. */
    public static String unreachable(IOException e, Duration connectTimeout) {
        return e instanceof SocketTimeoutException
                ? "no answer within " + Durations.toHumanString(connectTimeout)
                : oneLine(e);
    }
}
