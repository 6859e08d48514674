package dev.ginkgo.run.daemon;

import dev.ginkgo.run.output.TimestampFormat;

/** Text that describes how a daemon that is not running ended. */
public final class ExitText {
    private ExitText() {}

    public static String of(DaemonHandle daemon, TimestampFormat timestampFormat) {
        return daemon.daemonRecord()
                .end()
                .map(exit -> daemon.name() + " is not running; it exited at " + timestampFormat.format(exit.at())
                        + (exit.code() == ExitWatcher.UNKNOWN_CODE ? "" : " with exit code " + exit.code())
                        + (exit.reason().isEmpty() ? "" : System.lineSeparator() + exit.reason()))
                .orElseGet(() -> daemon.name() + " is dead: process "
                        + daemon.daemonRecord().process().pid()
                        + " ended without recording an exit (killed, or out of memory)"
                        + logHint(daemon.daemonRecord()));
    }

    private static String logHint(DaemonRecord daemonRecord) {
        return daemonRecord.log().isEmpty() ? "" : "; see its log " + daemonRecord.log();
    }
}
