package dev.ginkgo.run.cli.daemon;

import dev.ginkgo.run.daemon.DaemonHandle;
import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.ControlResponse;
import dev.ginkgo.run.output.ExitCode;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code ginkgo cluster remove}: removes a voter that is permanently gone. */
@Command(
        description = {
            "Removes a voter that is permanently gone, so that it does not count for the majority any more.",
            "NAME is the daemon on the leader's node. If NODE comes back, it joins again."
        })
public final class RemoveVoterCommand extends ClusterChangeCommand {
    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "NODE",
            description = "The voter, as \"ginkgo cluster NAME\" names it.")
    private @Nullable String node;

    public RemoveVoterCommand(CommandContext commandContext, Prompt prompt) {
        super(commandContext, prompt);
    }

    @Override
    String action() {
        return "remove-voter " + requiredNode();
    }

    private String requiredNode() {
        if (node == null || node.isBlank()) {
            throw usageError("missing node: give the voter to remove, as \"ginkgo cluster NAME\" names it");
        }
        return node;
    }

    @Override
    String question(DaemonHandle daemon) {
        return "Remove the voter " + node + ", which is permanently gone?";
    }

    @Override
    ExitCode code(ControlResponse response) {
        return ExitCode.OK;
    }

    @Override
    String text(ControlResponse response) {
        List<String> voters = response.texts("voters");
        return response.text("removed") + " is no longer a voter; the voters are " + String.join(", ", voters);
    }
}
