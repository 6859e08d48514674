package dev.ginkgo.run.daemon;

import java.nio.file.Path;
import java.time.Duration;

/**
 * A daemon that was looked for and has a pidfile.
 *
 * @param file the pidfile
 * @param card what it says
 * @param ours whether it belongs to this user
 */
public record DaemonHandle(Path file, DaemonRecord card, boolean ours) {
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    public String name() {
        return card.name();
    }

    public boolean isAlive() {
        return card.isAlive();
    }

    /** Dead, and it could not say so. */
    public boolean diedSilently() {
        return card.end().isEmpty() && !isAlive();
    }

    public ControlClient ask() {
        return ask(PATIENCE);
    }

    public ControlClient ask(Duration patience) {
        return new ControlClient(Path.of(card.socket()), patience);
    }

    /** {@code numbers (pid 4711, started from /srv/numbers.toml)}. */
    static String describe(DaemonRecord card) {
        return card.name() + " (pid " + card.process().pid() + ", started from " + card.code() + ")";
    }

    /** {@code numbers (pid 4711)}. */
    public String shortly() {
        return card.name() + " (pid " + card.process().pid() + ")";
    }
}
