package dev.ginkgo.run.cli;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.ExitCode;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code ginkgo completion}: prints the completion script, for {@code source <(ginkgo completion)} in bash or zsh. */
@Command(description = "Prints the completion script for bash and zsh; load it with: source <(ginkgo completion)")
final class CompletionCommand implements Callable<Integer> {
    private final CommandContext commandContext;

    @Spec
    private @Nullable CommandSpec spec;

    CompletionCommand(CommandContext commandContext) {
        this.commandContext = commandContext;
    }

    @Override
    public Integer call() {
        commandContext
                .out()
                .print(AutoComplete.bash(
                        "ginkgo",
                        requireNonNull(spec, "spec is injected by picocli")
                                .root()
                                .commandLine()));
        commandContext.out().flush();
        return ExitCode.OK.number();
    }
}
