package dev.ginkgo.run;

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
    private final Function<Values, String> text;

    @Option(names = "--json", description = "Prints one object, for programs.")
    private boolean json;

    /**
     * @param what what is asked for at the control socket
     * @param text how it is shown to people
     */
    ViewCommand(Terminal terminal, String what, Function<Values, String> text) {
        super(terminal);
        this.what = what;
        this.text = text;
    }

    @Override
    ExitCode of(Found daemon) {
        Found running = running(daemon);
        Map<String, @Nullable Object> answer;
        try {
            answer = running.ask().read(what);
        } catch (IOException e) {
            throw new Refusal(ExitCode.UNKNOWN, noAnswer(running, e));
        }
        Values values = new Values(answer);
        terminal().out().println(json ? values.json() : text.apply(values));
        return ExitCode.OK;
    }
}
