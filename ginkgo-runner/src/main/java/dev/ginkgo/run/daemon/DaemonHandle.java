package dev.ginkgo.run.daemon;

import java.nio.file.Path;
import java.time.Duration;

/**
 * A daemon that was looked for and has a pidfile.
 *
 * @param file the pidfile
 * @param daemonRecord what it says
 * @param ownedByUser whether it belongs to this user
 */
public record DaemonHandle(Path file, DaemonRecord daemonRecord, boolean ownedByUser) {
    private static final Duration RESPONSE_TIMEOUT = Duration.ofSeconds(3);

    public String name() {
        return daemonRecord.name();
    }

    public boolean isAlive() {
        return daemonRecord.isAlive();
    }

    /** Dead, and it could not say so. */
    public boolean diedWithoutRecord() {
        return daemonRecord.end().isEmpty() && !isAlive();
    }

    public ControlClient controlClient() {
        return controlClient(RESPONSE_TIMEOUT);
    }

    public ControlClient controlClient(Duration patience) {
        return new ControlClient(Path.of(daemonRecord.socket()), patience);
    }

    /** {@code numbers (pid 4711, started from /srv/numbers.toml)}. */
    static String description(DaemonRecord daemonRecord) {
        return daemonRecord.name() + " (pid " + daemonRecord.process().pid() + ", started from "
                + daemonRecord.targetId() + ")";
    }

    /** {@code numbers (pid 4711)}. */
    public String label() {
        return daemonRecord.name() + " (pid " + daemonRecord.process().pid() + ")";
    }
}
