package dev.ginkgo.run.cli.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ginkgo.run.console.ConsolePrompt;
import dev.ginkgo.run.daemon.ControlClient;
import dev.ginkgo.run.daemon.DaemonHandle;
import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ControlResponse;
import dev.ginkgo.run.output.ExitCode;
import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;

/** {@code ginkgo console}: opens a JShell inside a daemon. If standard input is not a terminal, reads snippets line by line. */
@Command(
        description = {
            "Opens a JShell inside a daemon whose setting ginkgo.console is true.",
            "The variable root is the root service. Output of snippets goes to the daemon's log.",
            "Ctrl-D or /exit ends the session."
        })
public final class ConsoleCommand extends DaemonCommand {
    public ConsoleCommand(CommandContext commandContext) {
        super(commandContext);
    }

    @Override
    ExitCode run(DaemonHandle daemon) {
        DaemonHandle running = requireRunning(daemon);
        try (ControlClient.Session console = running.controlClient().openSession("console");
                ConsolePrompt consolePrompt = prompt()) {
            boolean incomplete = false;
            for (Optional<String> line = consolePrompt.nextLine(false);
                    line.isPresent();
                    line = consolePrompt.nextLine(incomplete)) {
                if (line.get().strip().equals("/exit")) {
                    break;
                }
                ControlResponse response = new ControlResponse(console.request(Map.of("source", line.get())));
                incomplete = !response.isTrue("complete");
                if (!response.text("text").isEmpty()) {
                    terminal().out().println(response.text("text"));
                }
            }
            return ExitCode.OK;
        } catch (IOException e) {
            throw new CommandException(ExitCode.UNKNOWN, running.label() + ": " + e.getMessage());
        }
    }

    private static ConsolePrompt prompt() throws IOException {
        return Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent()
                ? ConsolePrompt.ofTerminal()
                : ConsolePrompt.of(new BufferedReader(new InputStreamReader(System.in, UTF_8)));
    }
}
