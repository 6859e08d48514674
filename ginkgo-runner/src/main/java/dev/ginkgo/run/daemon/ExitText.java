package dev.ginkgo.run.daemon;

import dev.ginkgo.run.output.TimestampFormat;

/** How a daemon that does not run any more came to its end, in words. */
public final class ExitText {
    private ExitText() {}

    public static String of(DaemonHandle daemon, TimestampFormat timestampFormat) {
        return daemon.daemonRecord()
                .end()
                .map(exit -> daemon.name() + " is not running; it ended at " + timestampFormat.format(exit.at())
                        + (exit.code() == ExitWatcher.UNKNOWN_CODE ? "" : " with exit code " + exit.code())
                        + (exit.reason().isEmpty() ? "" : System.lineSeparator() + exit.reason()))
                .orElseGet(() -> daemon.name() + " is dead: pid "
                        + daemon.daemonRecord().process().pid() + " has gone without a word (killed, or out of memory)"
                        + logHint(daemon.daemonRecord()));
    }

    private static String logHint(DaemonRecord daemonRecord) {
        return daemonRecord.log().isEmpty() ? "" : "; its log is " + daemonRecord.log();
    }
}
