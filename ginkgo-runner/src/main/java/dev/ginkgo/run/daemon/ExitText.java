package dev.ginkgo.run.daemon;

import dev.ginkgo.run.output.TimestampFormat;

/** How a daemon that does not run any more came to its end, in words. */
public final class ExitText {
    private ExitText() {}

    public static String text(DaemonHandle daemon, TimestampFormat moments) {
        return daemon.card()
                .end()
                .map(end -> daemon.name() + " is not running; it ended at " + moments.shown(end.at())
                        + (end.code() == ExitWatcher.UNKNOWN ? "" : " with exit code " + end.code())
                        + (end.words().isEmpty() ? "" : System.lineSeparator() + end.words()))
                .orElseGet(() -> daemon.name() + " is dead: pid "
                        + daemon.card().process().pid() + " has gone without a word (killed, or out of memory)"
                        + log(daemon.card()));
    }

    private static String log(DaemonRecord card) {
        return card.log().isEmpty() ? "" : "; its log is " + card.log();
    }
}
