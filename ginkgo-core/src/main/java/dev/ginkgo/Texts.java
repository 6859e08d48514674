package dev.ginkgo;

import java.time.Duration;
import java.util.Locale;

/** How the messages of this package print things. */
final class Texts {
    private Texts() {}

    /** {@code 12 ms}, {@code 1.5 s}, {@code 10 s}, {@code 3 min}: for people. */
    static String shortly(Duration d) {
        long millis = d.toMillis();
        if (millis < 1_000) {
            return millis + " ms";
        }
        if (millis < 120_000) {
            return millis % 1_000 == 0 ? millis / 1_000 + " s" : String.format(Locale.ROOT, "%.1f s", millis / 1_000.0);
        }
        return millis % 60_000 == 0
                ? millis / 60_000 + " min"
                : String.format(Locale.ROOT, "%.1f min", millis / 60_000.0);
    }

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
