package dev.ginkgo.run;

import dev.ginkgo.Status;
import java.time.Duration;

/** Speaks to a terminal. */
final class TerminalVoice implements Voice {
    private final Terminal terminal;

    TerminalVoice(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void say(String text) {
        terminal.tell(text);
    }

    @Override
    public void ready(Status status, Duration after) {
        terminal.tell(Reports.readiness(status, after, "; Ctrl-C stops it"));
    }

    @Override
    public void notStarted(String why) {
        terminal.tell(why);
    }

    @Override
    public void complain(String text) {
        terminal.tell(text);
    }
}
