package dev.ginkgo.run.cli.daemon;

import dev.ginkgo.run.daemon.DaemonFinder;
import dev.ginkgo.run.daemon.DaemonHandle;
import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ExitCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/**
 * {@code ginkgo stop}: sends TERM, waits until the process has exited, and prints the shutdown report if tasks
 * were left running. The daemon writes the report into its pidfile. Several daemons stop at the same time.
 */
@Command(
        description = {
            "Stops daemons and waits until their processes have exited.",
            "The exit code is that of the first daemon that was not stopped cleanly."
        })
public final class StopCommand extends DaemonCommand {
    @Parameters(index = "1..*", paramLabel = "NAME", description = "More daemons, which stop at the same time.")
    private List<String> others = new ArrayList<>();

    @Mixin
    private StopOptions stopOptions = new StopOptions();

    public StopCommand(CommandContext commandContext) {
        super(commandContext);
    }

    @Override
    public Integer call() {
        if (others.isEmpty()) {
            return super.call();
        }
        if (isNamedByPidFile()) {
            throw usageError("--pid names one daemon; it cannot be combined with several names");
        }
        return stopAll(Stream.concat(Stream.of(requestedDaemon()), others.stream())
                        .distinct()
                        .toList())
                .number();
    }

    @Override
    ExitCode run(DaemonHandle daemon) {
        return stopOptions.await(stopOptions.begin(requireRunning(daemon)), terminal());
    }

    /** Sends TERM to each daemon, then waits for each; a failure does not keep the others from being stopped. */
    private ExitCode stopAll(List<String> names) {
        DaemonFinder daemonFinder = new DaemonFinder(terminal());
        List<ExitCode> codes = new ArrayList<>();
        List<StopOptions.Stop> stops = new ArrayList<>();
        for (String name : names) {
            attempt(codes, () -> {
                stops.add(stopOptions.begin(
                        requireRunning(daemonFinder.find(name).orElseThrow(() -> daemonFinder.notRunning(name)))));
                return ExitCode.OK;
            });
        }
        stops.forEach(stop -> attempt(codes, () -> stopOptions.await(stop, terminal())));
        Optional<ExitCode> failure =
                codes.stream().filter(code -> code != ExitCode.OK).findFirst();
        return failure.orElse(ExitCode.OK);
    }

    private void attempt(List<ExitCode> codes, Supplier<ExitCode> step) {
        try {
            codes.add(step.get());
        } catch (CommandException e) {
            terminal().printError(e.text());
            codes.add(e.code());
        }
    }
}
