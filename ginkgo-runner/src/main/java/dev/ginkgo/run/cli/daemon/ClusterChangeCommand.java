package dev.ginkgo.run.cli.daemon;

import dev.ginkgo.run.daemon.ControlClient;
import dev.ginkgo.run.daemon.DaemonHandle;
import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ControlResponse;
import dev.ginkgo.run.output.ExitCode;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Base class of the commands that change a cluster: they ask for confirmation, and send a request to its leader. */
@Command
abstract class ClusterChangeCommand extends DaemonCommand {
    /** Longer than a daemon waits for the next leader. */
    private static final Duration RESPONSE_TIMEOUT = Duration.ofSeconds(25);

    private final Prompt prompt;

    @Option(
            names = {"-y", "--yes"},
            description = "Does not ask for confirmation.")
    private boolean yes;

    @Option(names = "--json", description = "Prints the result as one JSON object.")
    private boolean json;

    ClusterChangeCommand(CommandContext commandContext, Prompt prompt) {
        super(commandContext);
        this.prompt = prompt;
    }

    /** Returns the action in the control protocol. */
    abstract String action();

    /** Returns the question to confirm. */
    abstract String question(DaemonHandle daemon);

    /** Returns the exit code for a response. */
    abstract ExitCode code(ControlResponse response);

    /** Formats the response as text. */
    abstract String text(ControlResponse response);

    @Override
    final ExitCode run(DaemonHandle daemon) {
        DaemonHandle running = requireRunning(daemon);
        String action = action();
        if (!yes && !isConfirmed(question(running))) {
            terminal().printError("nothing was changed");
            return ExitCode.FAILED;
        }
        ControlResponse response;
        try {
            response =
                    new ControlResponse(running.controlClient(RESPONSE_TIMEOUT).execute(action));
        } catch (IOException e) {
            boolean rejected = e instanceof ControlClient.ErrorResponseException;
            throw new CommandException(rejected ? ExitCode.FAILED : ExitCode.UNKNOWN, noResponse(running, e));
        }
        terminal().out().println(json ? response.json() : text(response));
        return code(response);
    }

    private boolean isConfirmed(String question) {
        String answer = prompt.ask(question)
                .orElseThrow(() -> usageError(
                        "this changes the cluster, and there is no terminal to confirm it on;" + " add --yes"));
        return answer.strip().toLowerCase(Locale.ROOT).matches("y|yes");
    }
}
