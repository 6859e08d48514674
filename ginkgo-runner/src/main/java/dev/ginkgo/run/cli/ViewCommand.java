package dev.ginkgo.run.cli;

import dev.ginkgo.run.daemon.DaemonHandle;
import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ControlResponse;
import dev.ginkgo.run.output.ExitCode;
import java.io.IOException;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ginkgo tree}, {@code threads} and {@code settings}: what a daemon is asked to show. */
@Command
final class ViewCommand extends DaemonCommand {
    private final String what;
    private final Function<ControlResponse, String> text;

    @Option(names = "--json", description = "Prints one object, for programs.")
    private boolean json;

    /**
     * @param what what is asked for at the control socket
     * @param text how it is shown to people
     */
    ViewCommand(CommandContext commandContext, String what, Function<ControlResponse, String> text) {
        super(commandContext);
        this.what = what;
        this.text = text;
    }

    @Override
    ExitCode run(DaemonHandle daemon) {
        DaemonHandle running = requireRunning(daemon);
        Map<String, @Nullable Object> answer;
        try {
            answer = running.controlClient().read(what);
        } catch (IOException e) {
            throw new CommandException(ExitCode.UNKNOWN, noAnswer(running, e));
        }
        ControlResponse controlResponse = new ControlResponse(answer);
        terminal().out().println(json ? controlResponse.json() : text.apply(controlResponse));
        return ExitCode.OK;
    }
}
