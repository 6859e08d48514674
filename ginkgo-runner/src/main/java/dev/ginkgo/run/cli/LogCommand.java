package dev.ginkgo.run.cli;

import dev.ginkgo.run.daemon.DaemonHandle;
import dev.ginkgo.run.daemon.DaemonRegistration;
import dev.ginkgo.run.daemon.LaunchRecord;
import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ginkgo log}. To follow it ({@code -f}) the script has tail(1), which waits without work. */
@Command(description = "Prints the log of a daemon, also of one that has ended.")
final class LogCommand extends DaemonCommand {
    @Option(
            names = {"-f", "--follow"},
            description = "Prints the last lines, and what is added, also after a rotation.")
    private boolean follow;

    @Option(names = "--path", description = "Prints only where the log is.")
    private boolean path;

    LogCommand(CommandContext commandContext) {
        super(commandContext);
    }

    @Override
    ExitCode run(DaemonHandle daemon) {
        if (daemon.daemonRecord().log().isEmpty()) {
            throw noLog(daemon);
        }
        if (path) {
            terminal().out().println(daemon.daemonRecord().log());
            return ExitCode.OK;
        }
        if (follow) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "-f is for the script ginkgo; tail -F "
                            + daemon.daemonRecord().log() + " does it");
        }
        try {
            Files.copy(Path.of(daemon.daemonRecord().log()), terminal().out());
            terminal().out().flush();
            return ExitCode.OK;
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.CONFIGURATION, "the log cannot be read: " + DaemonRegistration.describe(e));
        }
    }

    private static CommandException noLog(DaemonHandle daemon) {
        if (LaunchRecord.read(daemon.file()).isEmpty()) {
            return new CommandException(
                    ExitCode.CONFIGURATION, daemon.name() + " has no log; it writes to the terminal that it runs on");
        }
        return daemon.isAlive()
                ? new CommandException(
                        ExitCode.TIMEOUT,
                        daemon.label() + " has not opened its log yet; it has just been started, ask again")
                : new CommandException(
                        ExitCode.CONFIGURATION,
                        daemon.name() + " ended before it opened its log; \"ginkgo status " + daemon.name()
                                + "\" says why");
    }
}
