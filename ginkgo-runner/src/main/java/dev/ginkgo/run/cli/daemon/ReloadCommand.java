package dev.ginkgo.run.cli.daemon;

import dev.ginkgo.run.daemon.DaemonHandle;
import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ControlResponse;
import dev.ginkgo.run.output.ExitCode;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ginkgo reload}: reloads a daemon's configuration and prints the result. */
@Command(description = "Reloads a daemon's configuration: applies all changes, or none if one is invalid.")
public final class ReloadCommand extends DaemonCommand {
    private static final Duration RESPONSE_TIMEOUT = Duration.ofSeconds(65);

    @Option(names = "--json", description = "Prints the result as one JSON object.")
    private boolean json;

    public ReloadCommand(CommandContext commandContext) {
        super(commandContext);
    }

    @Override
    ExitCode run(DaemonHandle daemon) {
        DaemonHandle running = requireRunning(daemon);
        Map<String, @Nullable Object> response;
        try {
            response = running.controlClient(RESPONSE_TIMEOUT).execute("reload");
        } catch (IOException e) {
            throw new CommandException(ExitCode.UNKNOWN, noResponse(running, e));
        }
        ControlResponse reload = new ControlResponse(response);
        ExitCode code = switch (reload.text("outcome")) {
            case "APPLIED" -> reload.number("failures") > 0 ? ExitCode.FAILED : ExitCode.OK;
            case "REFUSED" -> ExitCode.CONFIGURATION;
            default -> ExitCode.TIMEOUT;
        };
        if (json) {
            terminal().out().println(reload.json());
        } else if (code == ExitCode.OK) {
            terminal().out().println(running.name() + ": " + reload.text("text"));
        } else {
            terminal().printError(running.name() + ": " + reload.text("text"));
        }
        return code;
    }
}
