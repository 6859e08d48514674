package dev.ginkgo.run.cli;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.run.cli.completion.Shell;
import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.ExitCode;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code ginkgo completion}: prints the completion script of a shell. */
@Command(
        description = {
            "Prints the completion script for a shell, which completes commands, options, files and daemons.",
            "bash: source <(ginkgo completion bash)",
            "zsh:  source <(ginkgo completion zsh)",
            "fish: ginkgo completion fish | source"
        })
final class CompletionCommand implements Callable<Integer> {
    private final CommandContext commandContext;

    @Parameters(
            arity = "0..1",
            paramLabel = "SHELL",
            converter = ShellConverter.class,
            completionCandidates = ShellNames.class,
            description = "bash (default), zsh or fish.")
    private Shell shell = Shell.BASH;

    @Spec
    private @Nullable CommandSpec spec;

    CompletionCommand(CommandContext commandContext) {
        this.commandContext = commandContext;
    }

    /** Names of the shells in lower case. */
    static final class ShellNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(Shell.values())
                    .map(each -> each.name().toLowerCase(Locale.ROOT))
                    .iterator();
        }
    }

    /** Converts the name of a shell. */
    static final class ShellConverter implements ITypeConverter<Shell> {
        @Override
        public Shell convert(String text) {
            return Arrays.stream(Shell.values())
                    .filter(each -> each.name().equalsIgnoreCase(text))
                    .findFirst()
                    .orElseThrow(() -> new TypeConversionException(
                            "'" + text + "' is not a shell with completion: use bash, zsh or fish"));
        }
    }

    @Override
    public Integer call() {
        commandContext
                .out()
                .print(shell.script(requireNonNull(spec, "spec is injected by picocli")
                        .root()
                        .commandLine()));
        commandContext.out().flush();
        return ExitCode.OK.number();
    }
}
