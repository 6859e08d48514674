package dev.ginkgo.run.cli.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ginkgo.run.console.ConsoleLoop;
import dev.ginkgo.run.console.ConsolePrompt;
import dev.ginkgo.run.daemon.ControlClient;
import dev.ginkgo.run.daemon.DaemonHandle;
import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ExitCode;
import dev.ginkgo.run.output.Style;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import picocli.CommandLine.Command;

/** {@code ginkgo console}: opens a JShell inside a daemon. If standard input is not a terminal, reads snippets line by line. */
@Command(
        description = {
            "Opens a JShell inside a daemon whose setting ginkgo.console is true.",
            "The variable root is the root service; the members of a single-file service can be used.",
            "Output of snippets goes to the daemon's log.",
            "/help prints help; Ctrl-D or /exit ends the session."
        })
public final class ConsoleCommand extends DaemonCommand {
    public ConsoleCommand(CommandContext commandContext) {
        super(commandContext);
    }

    @Override
    ExitCode run(DaemonHandle daemon) {
        DaemonHandle running = requireRunning(daemon);
        try (ControlClient.Session session = running.controlClient().openSession("console")) {
            ConsoleLoop consoleLoop =
                    new ConsoleLoop(session::request, terminal().out());
            try (ConsolePrompt consolePrompt = prompt(consoleLoop)) {
                consoleLoop.run(consolePrompt);
            }
            return ExitCode.OK;
        } catch (IOException e) {
            throw new CommandException(ExitCode.UNKNOWN, running.label() + ": " + e.getMessage());
        }
    }

    private static ConsolePrompt prompt(ConsoleLoop consoleLoop) throws IOException {
        return Style.isTerminal()
                ? ConsolePrompt.ofTerminal(consoleLoop::complete)
                : ConsolePrompt.of(new BufferedReader(new InputStreamReader(System.in, UTF_8)));
    }
}
