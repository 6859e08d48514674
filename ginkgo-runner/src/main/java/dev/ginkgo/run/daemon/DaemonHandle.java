package dev.ginkgo.run.daemon;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Daemon, running or not, that was found by its pidfile.
 *
 * @param file the pidfile
 * @param daemonRecord the content of the pidfile
 * @param ownedByUser whether this user may act on the daemon: the pidfile belongs to this user, or this user is root and
 *     the pidfile belongs to root or to the user of the process
 */
public record DaemonHandle(Path file, DaemonRecord daemonRecord, boolean ownedByUser) {
    private static final Duration RESPONSE_TIMEOUT = Duration.ofSeconds(3);

    public String name() {
        return daemonRecord.name();
    }

    public boolean isAlive() {
        return daemonRecord.isAlive();
    }

    /** Returns whether the process is gone without having recorded its exit. */
    public boolean diedWithoutRecord() {
        return daemonRecord.end().isEmpty() && !isAlive();
    }

    public ControlClient controlClient() {
        return controlClient(RESPONSE_TIMEOUT);
    }

    public ControlClient controlClient(Duration timeout) {
        return new ControlClient(Path.of(daemonRecord.socket()), timeout);
    }

    /** Returns, for example, {@code numbers (pid 4711, started from /srv/numbers.toml)}. */
    static String description(DaemonRecord daemonRecord) {
        return daemonRecord.name() + " (pid " + daemonRecord.process().pid() + ", started from "
                + daemonRecord.targetId() + ")";
    }

    /** Returns, for example, {@code numbers (pid 4711)}. */
    public String label() {
        return daemonRecord.name() + " (pid " + daemonRecord.process().pid() + ")";
    }
}
