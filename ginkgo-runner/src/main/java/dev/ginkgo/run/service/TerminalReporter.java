package dev.ginkgo.run.service;

import dev.ginkgo.lifecycle.Status;
import dev.ginkgo.run.output.CommandContext;
import java.time.Duration;

/** Speaks to a terminal. */
final class TerminalReporter implements Reporter {
    private final CommandContext terminal;

    TerminalReporter(CommandContext terminal) {
        this.terminal = terminal;
    }

    @Override
    public void say(String text) {
        terminal.tell(text);
    }

    @Override
    public void ready(Status status, Duration after) {
        terminal.tell(LifecycleMessages.readiness(status, after, "; Ctrl-C stops it"));
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
