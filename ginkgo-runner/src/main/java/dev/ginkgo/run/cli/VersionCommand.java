package dev.ginkgo.run.cli;

import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.ExitCode;
import dev.ginkgo.run.output.GinkgoVersion;
import dev.ginkgo.run.output.JsonText;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ginkgo version}: prints the versions of ginkgo and Java. */
@Command(description = "Prints the versions of ginkgo and Java.")
final class VersionCommand implements Callable<Integer> {
    private final CommandContext commandContext;

    @Option(names = "--json", description = "Prints the versions as one JSON object.")
    private boolean json;

    VersionCommand(CommandContext commandContext) {
        this.commandContext = commandContext;
    }

    @Override
    public Integer call() {
        if (json) {
            commandContext
                    .out()
                    .println(JsonText.write(
                            new TreeMap<>(Map.of("ginkgo", GinkgoVersion.text(), "java", Runtime.version()))));
            return ExitCode.OK.number();
        }
        commandContext.out().println("ginkgo " + GinkgoVersion.text() + ", Java " + Runtime.version());
        return ExitCode.OK.number();
    }
}
