package dev.ginkgo.internal.config;

/** How the messages of this package print things. */
public final class Messages {
    private Messages() {}

    /** One line for a throwable: its message, or its class where it has none. */
    public static String oneLine(Throwable t) {
        String message = t.getMessage();
        return message == null || message.isBlank()
                ? t.getClass().getSimpleName()
                : message.lines().findFirst().orElse("");
    }
}
