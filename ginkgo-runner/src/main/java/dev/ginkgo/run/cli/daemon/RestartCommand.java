package dev.ginkgo.run.cli.daemon;

import dev.ginkgo.run.daemon.DaemonFinder;
import dev.ginkgo.run.daemon.DaemonHandle;
import dev.ginkgo.run.daemon.DaemonNames;
import dev.ginkgo.run.daemon.LaunchRecord;
import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ExitCode;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * First half of {@code ginkgo restart}. Checks that the daemon would start again and stops it if it is running.
 * Prints two lines for the launcher script: the folder to start in, and the pidfile with which the launch arguments
 * are recorded. The script does the second half, because only it can start a daemon in another folder.
 */
@Command(description = "Stops a daemon and starts it again with the same arguments in the same folder.")
public final class RestartCommand extends DaemonCommand {
    /** Printed instead of a folder: no previous launch is recorded, start the given target. */
    private static final String NO_PREVIOUS_LAUNCH = "start";

    @Mixin
    private StopOptions stopOptions = new StopOptions();

    public RestartCommand(CommandContext commandContext) {
        super(commandContext);
    }

    @Override
    ExitCode run(DaemonHandle daemon) {
        Optional<LaunchRecord> launchRecord = LaunchRecord.read(daemon.file());
        if (launchRecord.isEmpty()) {
            throw new CommandException(
                    ExitCode.CONFIGURATION,
                    daemon.name() + " was not started with \"ginkgo start\" and cannot be restarted;"
                            + " nothing was stopped");
        }
        if (daemon.isAlive()) {
            requireRunning(daemon); // checks the owner before the preflight loads anything
            new RestartPreflight(launchRecord.get()).check(daemon);
            stopOptions.await(stopOptions.begin(daemon), terminal());
        }
        terminal().out().println(launchRecord.get().directory());
        terminal().out().println(daemon.file());
        return ExitCode.OK;
    }

    @Override
    ExitCode runWithoutDaemon(DaemonFinder daemonFinder, String requested) {
        if (!DaemonNames.isFile(requested)) {
            return super.runWithoutDaemon(daemonFinder, requested);
        }
        terminal().out().println(NO_PREVIOUS_LAUNCH);
        return ExitCode.OK;
    }
}
