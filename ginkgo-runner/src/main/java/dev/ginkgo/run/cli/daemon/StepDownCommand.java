package dev.ginkgo.run.cli.daemon;

import dev.ginkgo.run.daemon.DaemonHandle;
import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.ControlResponse;
import dev.ginkgo.run.output.ExitCode;
import picocli.CommandLine.Command;

/** {@code ginkgo cluster step-down}: the leader hands over to another node. */
@Command(
        description = {
            "Makes the leader of a cluster hand over to another node, and waits for that.",
            "NAME is the daemon on the leader's node. For 75: no other node leads yet."
        })
public final class StepDownCommand extends ClusterChangeCommand {
    public StepDownCommand(CommandContext commandContext, Prompt prompt) {
        super(commandContext, prompt);
    }

    @Override
    String action() {
        return "step-down";
    }

    @Override
    String question(DaemonHandle daemon) {
        return "Let another node lead instead of that of " + daemon.name() + "?";
    }

    @Override
    ExitCode code(ControlResponse response) {
        return response.has("leader") ? ExitCode.OK : ExitCode.TIMEOUT;
    }

    @Override
    String text(ControlResponse response) {
        String from = response.text("from") + " has stepped down; ";
        if (!response.has("leader")) {
            return from + "no other node leads yet";
        }
        return response.text("leader").equals(response.text("from"))
                ? from + "it was elected again, in epoch " + response.text("epoch")
                : from + response.text("leader") + " leads in epoch " + response.text("epoch");
    }
}
