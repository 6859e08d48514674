package dev.ginkgo.run;

import java.util.Optional;

/** The {@code ginkgo} command. Its exit codes are {@link ExitCode}. */
public final class Main {
    private final Terminal terminal;
    private final Optional<Launcher> launcher;

    Main(Terminal terminal) {
        this(terminal, Optional.empty());
    }

    /**
     * @param launcher the script that waits for a start
     */
    Main(Terminal terminal, Optional<Launcher> launcher) {
        this.terminal = terminal;
        this.launcher = launcher;
    }

    /**
     * Runs the command and ends the process with its exit code.
     *
     * @param arguments the command line
     */
    public static void main(String[] arguments) {
        Optional<Launcher> launcher = Launcher.ofProcess();
        int code = new Main(Terminal.ofProcess(), launcher).run(arguments);
        launcher.ifPresent(waiting -> waiting.end(code));
        if (code != ExitCode.RUNS_ON) {
            System.exit(code);
        }
    }

    /** Runs the command, and gives the exit code or {@link ExitCode#RUNS_ON}. */
    int run(String... arguments) {
        try {
            Optional<Assignment> plain = PlainWords.read(arguments);
            return plain.isPresent()
                    ? plain.get().carryOut(terminal, launcher)
                    : new Commands(this, terminal, launcher).run(arguments);
        } catch (RuntimeException | Error e) {
            return refused(e);
        }
    }

    /** Says why a command was not carried out. */
    int refused(Throwable e) {
        if (e instanceof Refusal refusal) {
            terminal.tell(refusal.text());
            return refusal.code().number();
        }
        // A bug of ours, or a class of the user's that cannot be linked.
        terminal.tell(new Failures(true, Sources.none()).render(e));
        return ExitCode.SOFTWARE.number();
    }
}
