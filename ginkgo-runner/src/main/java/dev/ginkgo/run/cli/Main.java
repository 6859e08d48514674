package dev.ginkgo.run.cli;

import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ExceptionPrinter;
import dev.ginkgo.run.output.ExitCode;
import dev.ginkgo.run.output.SourceLines;
import dev.ginkgo.run.service.LauncherPipe;
import java.util.Optional;

/** Entry point of the {@code ginkgo} command. Its exit codes are {@link ExitCode}. */
public final class Main {
    private final CommandContext commandContext;
    private final Optional<LauncherPipe> launcher;

    /**
     * Creates the command for one or several runs.
     *
     * @param commandContext the output, the environment and the folder in which it runs
     */
    public Main(CommandContext commandContext) {
        this(commandContext, Optional.empty());
    }

    /**
     * @param launcher pipe to the launcher script, if it waits for a start
     */
    Main(CommandContext commandContext, Optional<LauncherPipe> launcher) {
        this.commandContext = commandContext;
        this.launcher = launcher;
    }

    /**
     * Runs the command and ends the process with its exit code.
     *
     * @param arguments the command line
     */
    public static void main(String[] arguments) {
        Optional<LauncherPipe> launcher = LauncherPipe.ofCurrentProcess();
        int code = new Main(CommandContext.ofCurrentProcess(), launcher).run(arguments);
        launcher.ifPresent(pipe -> pipe.end(code));
        if (code != ExitCode.KEEP_RUNNING) {
            System.exit(code);
        }
    }

    /** Runs the command and returns the exit code, or {@link ExitCode#KEEP_RUNNING}. */
    public int run(String... arguments) {
        try {
            if (WarmUpCommand.isStartsOnly(arguments)) {
                return new WarmUpCommand(commandContext).runStarts();
            }
            Optional<ParsedCommand> simple = FastArgumentParser.parse(arguments);
            return simple.isPresent()
                    ? simple.get().execute(commandContext, launcher)
                    : new CommandTree(this, commandContext, launcher).run(arguments);
        } catch (RuntimeException | Error e) {
            return reportFailure(e);
        }
    }

    /** Prints why a command failed and returns the exit code. */
    int reportFailure(Throwable e) {
        if (e instanceof CommandException commandException) {
            commandContext.printError(commandException.text());
            return commandException.code().number();
        }
        // A bug in Ginkgo, or a user class that cannot be linked.
        commandContext.printError(new ExceptionPrinter(true, SourceLines.none()).render(e));
        return ExitCode.SOFTWARE.number();
    }
}
