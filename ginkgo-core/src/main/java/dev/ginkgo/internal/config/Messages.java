package dev.ginkgo;

/** How the messages of this package print things. */
final class Texts {
    private Texts() {}

    /** One line for a throwable: its message, or its class where it has none. */
    static String oneLine(Throwable t) {
        String message = t.getMessage();
        return message == null || message.isBlank()
                ? t.getClass().getSimpleName()
                : message.lines().findFirst().orElse("");
    }
}
