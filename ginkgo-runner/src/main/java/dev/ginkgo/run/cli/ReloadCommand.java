package dev.ginkgo.run.cli;

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

/** {@code ginkgo reload}: lets a daemon read its configuration again, and says what came of it. */
@Command(description = "Lets a daemon read its configuration again: all of it is applied, or nothing.")
final class ReloadCommand extends DaemonCommand {
    private static final Duration RESPONSE_TIMEOUT = Duration.ofSeconds(65);

    @Option(names = "--json", description = "Prints one object, for programs.")
    private boolean json;

    ReloadCommand(CommandContext commandContext) {
        super(commandContext);
    }

    @Override
    ExitCode run(DaemonHandle daemon) {
        DaemonHandle running = requireRunning(daemon);
        Map<String, @Nullable Object> answer;
        try {
            answer = running.controlClient(RESPONSE_TIMEOUT).execute("reload");
        } catch (IOException e) {
            throw new CommandException(ExitCode.UNKNOWN, noAnswer(running, e));
        }
        ControlResponse reload = new ControlResponse(answer);
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
