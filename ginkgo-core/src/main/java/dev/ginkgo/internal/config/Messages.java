package dev.ginkgo.internal.config;

/** Formats throwables for messages. */
public final class Messages {
    private Messages() {}

    /** Returns the first line of the message, or the class name if there is no message. */
    public static String oneLine(Throwable t) {
        String message = t.getMessage();
        return message == null || message.isBlank()
                ? t.getClass().getSimpleName()
                : message.lines().findFirst().orElse("");
    }
}
