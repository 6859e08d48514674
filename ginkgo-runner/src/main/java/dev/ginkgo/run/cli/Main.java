package dev.ginkgo.run.cli;

import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ExceptionPrinter;
import dev.ginkgo.run.output.ExitCode;
import dev.ginkgo.run.output.SourceLines;
import dev.ginkgo.run.service.LauncherPipe;
import java.util.Optional;

/** The {@code ginkgo} command. Its exit codes are {@link ExitCode}. */
public final class Main {
    private final CommandContext terminal;
    private final Optional<LauncherPipe> launcher;

    Main(CommandContext terminal) {
        this(terminal, Optional.empty());
    }

    /**
     * @param launcher the script that waits for a start
     */
    Main(CommandContext terminal, Optional<LauncherPipe> launcher) {
        this.terminal = terminal;
        this.launcher = launcher;
    }

    /**
     * Runs the command and ends the process with its exit code.
     *
     * @param arguments the command line
     */
    public static void main(String[] arguments) {
        Optional<LauncherPipe> launcher = LauncherPipe.ofProcess();
        int code = new Main(CommandContext.ofProcess(), launcher).run(arguments);
        launcher.ifPresent(waiting -> waiting.end(code));
        if (code != ExitCode.RUNS_ON) {
            System.exit(code);
        }
    }

    /** Runs the command, and gives the exit code or {@link ExitCode#RUNS_ON}. */
    int run(String... arguments) {
        try {
            Optional<ParsedCommand> plain = FastArgumentParser.read(arguments);
            return plain.isPresent()
                    ? plain.get().carryOut(terminal, launcher)
                    : new CommandTree(this, terminal, launcher).run(arguments);
        } catch (RuntimeException | Error e) {
            return refused(e);
        }
    }

    /** Says why a command was not carried out. */
    int refused(Throwable e) {
        if (e instanceof CommandException refusal) {
            terminal.tell(refusal.text());
            return refusal.code().number();
        }
        // A bug of ours, or a class of the user's that cannot be linked.
        terminal.tell(new ExceptionPrinter(true, SourceLines.none()).render(e));
        return ExitCode.SOFTWARE.number();
    }
}
