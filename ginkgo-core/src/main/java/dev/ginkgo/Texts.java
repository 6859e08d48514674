package dev.ginkgo;

import java.util.Locale;

/** How the messages of this package print things. */
final class Texts {
    private Texts() {}

    /** {@code NumberGateway} as {@code number-gateway}: the name of a root that was given none. */
    static String kebab(String camel) {
        return camel.replaceAll("([a-z0-9])([A-Z])", "$1-$2")
                .replaceAll("([A-Z]+)([A-Z][a-z])", "$1-$2")
                .toLowerCase(Locale.ROOT);
    }

    /** One line for a throwable: its message, or its class where it has none. */
    static String oneLine(Throwable t) {
        String message = t.getMessage();
        return message == null || message.isBlank()
                ? t.getClass().getSimpleName()
                : message.lines().findFirst().orElse("");
    }
}
