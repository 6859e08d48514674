package dev.ginkgo.run;

import dev.ginkgo.run.daemon.Card;

/** How a daemon that does not run any more came to its end, in words. */
final class Ends {
    private Ends() {}

    static String text(Found daemon, Moments moments) {
        return daemon.card()
                .end()
                .map(end -> daemon.name() + " is not running; it ended at " + moments.shown(end.at())
                        + (end.code() == CutOff.UNKNOWN ? "" : " with exit code " + end.code())
                        + (end.words().isEmpty() ? "" : System.lineSeparator() + end.words()))
                .orElseGet(() -> daemon.name() + " is dead: pid "
                        + daemon.card().process().pid() + " has gone without a word (killed, or out of memory)"
                        + log(daemon.card()));
    }

    private static String log(Card card) {
        return card.log().isEmpty() ? "" : "; its log is " + card.log();
    }
}
