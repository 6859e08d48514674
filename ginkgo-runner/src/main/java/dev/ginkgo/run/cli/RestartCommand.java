package dev.ginkgo.run.cli;

import dev.ginkgo.run.daemon.DaemonFinder;
import dev.ginkgo.run.daemon.DaemonHandle;
import dev.ginkgo.run.daemon.DaemonNames;
import dev.ginkgo.run.daemon.LaunchRecord;
import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ExitCode;
import java.util.Optional;
import picocli.CommandLine.Command;

/**
 * The first half of {@code ginkgo restart}: stops the daemon if it runs and would start again,
 * and says on standard output how to go
 * on, in the folder of the first line with the words that belong to the pidfile of the second. The script does the
 * second half: only it can start a daemon in another folder.
 */
@Command(description = "Stops a daemon, waits until it is gone, and starts it as it was started.")
final class RestartCommand extends StopCommand {
    /** In the place of a folder: there was none, start what was named. */
    private static final String NO_PREVIOUS_LAUNCH = "start";

    RestartCommand(CommandContext commandContext) {
        super(commandContext);
    }

    @Override
    ExitCode run(DaemonHandle daemon) {
        Optional<LaunchRecord> beginnings = LaunchRecord.read(daemon.file());
        if (beginnings.isEmpty()) {
            throw new CommandException(
                    ExitCode.CONFIGURATION,
                    daemon.name() + " was not started by \"ginkgo start\", so that it cannot be started again;"
                            + " nothing was stopped");
        }
        if (daemon.isAlive()) {
            requireRunning(daemon); // and ours, before anything is loaded for it
            new RestartPreflight(beginnings.get()).check(daemon);
            super.run(daemon);
        }
        terminal().out().println(beginnings.get().directory());
        terminal().out().println(daemon.file());
        return ExitCode.OK;
    }

    @Override
    ExitCode runWithoutDaemon(DaemonFinder daemonFinder, String shown) {
        if (!DaemonNames.isFile(shown)) {
            return super.runWithoutDaemon(daemonFinder, shown);
        }
        terminal().out().println(NO_PREVIOUS_LAUNCH);
        return ExitCode.OK;
    }
}
