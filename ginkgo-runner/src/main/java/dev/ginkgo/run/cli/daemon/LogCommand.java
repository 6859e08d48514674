package dev.ginkgo.run.cli.daemon;

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

/** {@code ginkgo log}. The launcher script implements {@code -f} with tail(1), so that no JVM runs while it waits. */
@Command(description = "Prints the log of a daemon, also of one that has stopped.")
public final class LogCommand extends DaemonCommand {
    @Option(
            names = {"-f", "--follow"},
            description = "Prints the last lines, then new lines as they are written, across rotations.")
    private boolean follow;

    @Option(names = "--path", description = "Prints only the path of the log.")
    private boolean path;

    public LogCommand(CommandContext commandContext) {
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
                    "-f needs the launcher script ginkgo; use tail -F "
                            + daemon.daemonRecord().log() + " instead");
        }
        try {
            Files.copy(Path.of(daemon.daemonRecord().log()), terminal().out());
            terminal().out().flush();
            return ExitCode.OK;
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.CONFIGURATION, "cannot read the log: " + DaemonRegistration.describe(e));
        }
    }

    private static CommandException noLog(DaemonHandle daemon) {
        if (LaunchRecord.read(daemon.file()).isEmpty()) {
            return new CommandException(
                    ExitCode.CONFIGURATION, daemon.name() + " has no log file; it writes to its terminal");
        }
        return daemon.isAlive()
                ? new CommandException(
                        ExitCode.TIMEOUT,
                        daemon.label() + " has just been started and has not opened its log yet; try again")
                : new CommandException(
                        ExitCode.CONFIGURATION,
                        daemon.name() + " exited before it opened its log; for the reason see \"ginkgo status "
                                + daemon.name() + "\"");
    }
}
