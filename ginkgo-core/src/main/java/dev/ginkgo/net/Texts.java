package dev.ginkgo.net;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Locale;

/** How the messages of this package print things. */
final class Texts {
    private Texts() {}

    /** {@code 12 ms}, {@code 1.5 s}, {@code 3 min}. */
    static String shortly(Duration d) {
        long millis = d.toMillis();
        if (millis < 1_000) {
            return millis + " ms";
        }
        if (millis < 120_000) {
            return shortly(millis / 1_000.0, "s");
        }
        return shortly(millis / 60_000.0, "min");
    }

    private static String shortly(double number, String unit) {
        String text = String.format(Locale.ROOT, "%.1f", number);
        return (text.endsWith(".0") ? text.substring(0, text.length() - 2) : text) + " " + unit;
    }

    /** One line for what ended a connection; a bug also says where it is. */
    static String oneLine(Throwable t) {
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
    static String unreachable(IOException e, Duration connectTimeout) {
        return e instanceof SocketTimeoutException ? "no answer within " + shortly(connectTimeout) : oneLine(e);
    }
}
