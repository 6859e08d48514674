package dev.ginkgo.internal.config;

import org.jspecify.annotations.Nullable;

/** Formats throwables for messages. */
public final class Messages {
    private Messages() {}

    /**
     * Returns the first line of the message, or the class name if there is no message or {@code getMessage()} throws.
     * Calls user code, so no lock may be held.
     */
    public static String oneLine(Throwable t) {
        @Nullable String message;
        try {
            message = t.getMessage();
        } catch (RuntimeException | Error e) {
            message = null;
        }
        return message == null || message.isBlank()
                ? t.getClass().getSimpleName()
                : message.lines().findFirst().orElse("");
    }
}
