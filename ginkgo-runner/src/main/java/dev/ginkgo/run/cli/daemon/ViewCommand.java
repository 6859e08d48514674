package dev.ginkgo.run.cli.daemon;

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

/** {@code ginkgo tree}, {@code threads} and {@code settings}: prints one view of a running daemon. */
@Command
public final class ViewCommand extends DaemonCommand {
    private final String view;
    private final Function<ControlResponse, String> text;

    @Option(names = "--json", description = "Prints the view as one JSON object.")
    private boolean json;

    /**
     * @param view name of the view in the control protocol
     * @param text formats the response as text
     */
    public ViewCommand(CommandContext commandContext, String view, Function<ControlResponse, String> text) {
        super(commandContext);
        this.view = view;
        this.text = text;
    }

    @Override
    ExitCode run(DaemonHandle daemon) {
        DaemonHandle running = requireRunning(daemon);
        Map<String, @Nullable Object> response;
        try {
            response = running.controlClient().read(view);
        } catch (IOException e) {
            throw new CommandException(ExitCode.UNKNOWN, noResponse(running, e));
        }
        ControlResponse controlResponse = new ControlResponse(response);
        terminal().out().println(json ? controlResponse.json() : text.apply(controlResponse));
        return ExitCode.OK;
    }
}
