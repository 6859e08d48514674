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
    private static final String FIRST_TIME = "start";

    RestartCommand(CommandContext terminal) {
        super(terminal);
    }

    @Override
    ExitCode of(DaemonHandle daemon) {
        Optional<LaunchRecord> beginnings = LaunchRecord.read(daemon.file());
        if (beginnings.isEmpty()) {
            throw new CommandException(
                    ExitCode.CONFIGURATION,
                    daemon.name() + " was not started by \"ginkgo start\", so that it cannot be started again;"
                            + " nothing was stopped");
        }
        if (daemon.isAlive()) {
            running(daemon); // and ours, before anything is loaded for it
            new RestartPreflight(beginnings.get()).of(daemon);
            super.of(daemon);
        }
        terminal().out().println(beginnings.get().directory());
        terminal().out().println(daemon.file());
        return ExitCode.OK;
    }

    @Override
    ExitCode ofNone(DaemonFinder daemons, String shown) {
        if (!DaemonNames.isFile(shown)) {
            return super.ofNone(daemons, shown);
        }
        terminal().out().println(FIRST_TIME);
        return ExitCode.OK;
    }
}
