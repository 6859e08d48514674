package dev.ginkgo.run.cli;

import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.ExitCode;
import dev.ginkgo.run.output.GinkgoVersion;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code ginkgo version}: prints the versions of ginkgo and Java. */
@Command(description = "Prints the versions of ginkgo and Java.")
final class VersionCommand implements Callable<Integer> {
    private final CommandContext commandContext;

    VersionCommand(CommandContext commandContext) {
        this.commandContext = commandContext;
    }

    @Override
    public Integer call() {
        commandContext.out().println("ginkgo " + GinkgoVersion.text() + ", Java " + Runtime.version());
        return ExitCode.OK.number();
    }
}
