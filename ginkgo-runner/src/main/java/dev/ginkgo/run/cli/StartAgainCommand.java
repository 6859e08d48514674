package dev.ginkgo.run.cli;

import dev.ginkgo.run.daemon.LaunchRecord;
import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ExitCode;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Second half of {@code restart}: repeats the last {@code start} of a daemon. Used only by the launcher script. */
@Command(hidden = true, description = "Starts a daemon with the arguments of its last start.")
final class StartAgainCommand implements Callable<Integer> {
    private final CommandContext commandContext;
    private final Main main;

    @Parameters(paramLabel = "PIDFILE", description = "The daemon's pidfile.")
    private @Nullable Path pidFile;

    StartAgainCommand(CommandContext commandContext, Main main) {
        this.commandContext = commandContext;
        this.main = main;
    }

    @Override
    public Integer call() {
        Path file = commandContext.directory().resolve(String.valueOf(pidFile));
        List<String> arguments = LaunchRecord.read(file)
                .orElseThrow(() -> new CommandException(ExitCode.CONFIGURATION, "no start is recorded for " + file))
                .arguments();
        return main.run(Stream.concat(Stream.of("start"), arguments.stream()).toArray(String[]::new));
    }
}
