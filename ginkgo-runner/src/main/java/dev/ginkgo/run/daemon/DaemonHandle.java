package dev.ginkgo.run;

import dev.ginkgo.run.daemon.Card;
import dev.ginkgo.run.daemon.ControlClient;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A daemon that was looked for and has a pidfile.
 *
 * @param file the pidfile
 * @param card what it says
 * @param ours whether it belongs to this user
 */
record Found(Path file, Card card, boolean ours) {
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    String name() {
        return card.name();
    }

    boolean isAlive() {
        return card.isAlive();
    }

    /** Dead, and it could not say so. */
    boolean diedSilently() {
        return card.end().isEmpty() && !isAlive();
    }

    ControlClient ask() {
        return ask(PATIENCE);
    }

    ControlClient ask(Duration patience) {
        return new ControlClient(Path.of(card.socket()), patience);
    }

    /** {@code numbers (pid 4711, started from /srv/numbers.toml)}. */
    static String describe(Card card) {
        return card.name() + " (pid " + card.process().pid() + ", started from " + card.code() + ")";
    }

    /** {@code numbers (pid 4711)}. */
    String shortly() {
        return card.name() + " (pid " + card.process().pid() + ")";
    }
}
