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

/** The second half of {@code restart}: {@code start}, with the words of the last time. For the script. */
@Command(hidden = true, description = "Starts a daemon as it was started the last time.")
final class StartAgainCommand implements Callable<Integer> {
    private final CommandContext terminal;
    private final Main main;

    @Parameters(paramLabel = "PIDFILE", description = "The daemon's pidfile.")
    private @Nullable Path pidFile;

    StartAgainCommand(CommandContext terminal, Main main) {
        this.terminal = terminal;
        this.main = main;
    }

    @Override
    public Integer call() {
        Path file = terminal.directory().resolve(String.valueOf(pidFile));
        List<String> words = LaunchRecord.read(file)
                .orElseThrow(
                        () -> new CommandException(ExitCode.CONFIGURATION, "nothing is known about the last start of " + file))
                .words();
        return main.run(Stream.concat(Stream.of("start"), words.stream()).toArray(String[]::new));
    }
}
