package dev.ginkgo.internal.config;

import org.jspecify.annotations.Nullable;

/** Formats throwables and other objects of the user for messages. */
public final class Messages {
    private Messages() {}

    /** Returns the object as text, or its class name if {@code toString()} throws. Calls user code, so no lock may be held. */
    public static String describe(Object object) {
        try {
            return object.toString();
        } catch (Throwable t) { // the caller has something more important to do
            return object.getClass().getSimpleName();
        }
    }

    /**
     * Returns the first line of the message, or the class name if there is no message or {@code getMessage()} throws.
     * Calls user code, so no lock may be held.
     */
    public static String oneLine(Throwable t) {
        @Nullable String message;
        try {
            message = t.getMessage();
        } catch (Throwable e) {
            message = null;
        }
        return message == null || message.isBlank()
                ? t.getClass().getSimpleName()
                : message.lines().findFirst().orElse("");
    }
}
