package dev.ginkgo.run.service;

import dev.ginkgo.lifecycle.Status;
import dev.ginkgo.run.output.CommandContext;
import java.time.Duration;

/** Reports to the terminal. */
final class TerminalReporter implements Reporter {
    private final CommandContext commandContext;

    TerminalReporter(CommandContext commandContext) {
        this.commandContext = commandContext;
    }

    @Override
    public void info(String text) {
        commandContext.printError(text);
    }

    @Override
    public void ready(Status status, Duration after) {
        commandContext.printError(LifecycleMessages.readiness(status, after, "; press Ctrl-C to stop"));
    }

    @Override
    public void startFailed(String why) {
        commandContext.printError(why);
    }

    @Override
    public void error(String text) {
        commandContext.printError(text);
    }
}
