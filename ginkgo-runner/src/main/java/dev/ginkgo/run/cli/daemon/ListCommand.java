package dev.ginkgo.run.cli.daemon;

import dev.ginkgo.run.daemon.DaemonFinder;
import dev.ginkgo.run.daemon.DaemonHandle;
import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.ControlResponse;
import dev.ginkgo.run.output.ExitCode;
import dev.ginkgo.run.output.JsonText;
import dev.ginkgo.run.output.Style;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ginkgo list}: lists the daemons of this user. */
@Command(description = "Lists the daemons of this user: running ones, and those that died without recording an exit.")
public final class ListCommand implements Callable<Integer> {
    private static final String ROW = "%-20s %8s %s %s%n";

    private final CommandContext commandContext;

    @Option(names = "--json", description = "Prints one JSON object per line.")
    private boolean json;

    @Option(
            names = {"-a", "--all"},
            description = "Also lists daemons that have stopped.")
    private boolean all;

    public ListCommand(CommandContext commandContext) {
        this.commandContext = commandContext;
    }

    @Override
    public Integer call() {
        List<DaemonHandle> daemons = new ArrayList<>(new DaemonFinder(commandContext).all());
        daemons.removeIf(daemon -> !all && daemon.daemonRecord().end().isPresent());
        if (daemons.isEmpty() && !json) {
            commandContext.printError("no daemons");
        } else if (!json) {
            commandContext.out().printf(ROW, "NAME", "PID", padded("STATE"), "TARGET");
        }
        Style style = Style.of(commandContext.environment());
        for (DaemonHandle daemon : daemons) {
            String state = state(daemon);
            if (json) {
                Map<String, @Nullable Object> members =
                        new LinkedHashMap<>(daemon.daemonRecord().members());
                members.put("state", state);
                commandContext.out().println(JsonText.write(members));
            } else {
                commandContext
                        .out()
                        .printf(
                                ROW,
                                daemon.name(),
                                daemon.isAlive()
                                        ? daemon.daemonRecord().process().pid()
                                        : "-",
                                style.state(padded(state)),
                                daemon.daemonRecord().targetId());
            }
        }
        return ExitCode.OK.number();
    }

    private static String padded(String state) {
        return String.format(Locale.ROOT, "%-9s", state);
    }

    private static String state(DaemonHandle daemon) {
        if (!daemon.isAlive()) {
            return daemon.diedWithoutRecord() ? "DEAD" : "STOPPED";
        }
        try {
            return new ControlResponse(daemon.controlClient().read("status")).text("state");
        } catch (IOException e) {
            return "UNKNOWN";
        }
    }
}
