package dev.ginkgo.run.cli;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.ExitCode;
import dev.ginkgo.run.service.LauncherPipe;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * {@code run}, {@code start}, {@code check} and {@code systemd}. What stands after the target belongs to the program: a
 * main method gets it as it is, and for a service it is parsed as the same options again. Hence two rounds of parsing.
 */
@Command(sortOptions = false, usageHelpAutoWidth = true)
final class TargetCommand implements Callable<Integer> {
    private final CommandContext commandContext;
    private final TargetVerb targetVerb;
    private final Optional<LauncherPipe> launcher;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private CommandLineOptions commandLineOptions = new CommandLineOptions();

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "TARGET",
            description = "A .java file, a .toml file that names its service, or the name of a class.")
    private @Nullable String target;

    @Parameters(
            index = "1..*",
            paramLabel = "ARGUMENT",
            description = "More options; if the target has a main method, its arguments.")
    private List<String> rest = new ArrayList<>();

    /**
     * @param launcher who waits for a {@code start}
     */
    TargetCommand(CommandContext commandContext, TargetVerb targetVerb, Optional<LauncherPipe> launcher) {
        this.commandContext = commandContext;
        this.targetVerb = targetVerb;
        this.launcher = launcher;
    }

    /** What follows a service: options, and nothing else. */
    @Command(name = "ginkgo")
    private static final class AfterTarget {
        @Mixin
        private CommandLineOptions commandLineOptions = new CommandLineOptions();
    }

    @Override
    public Integer call() {
        CommandLine command =
                requireNonNull(spec, "spec is injected by picocli").commandLine();
        if (commandLineOptions.help) {
            command.usage(commandContext.out());
            return ExitCode.OK.number();
        }
        return parsedCommand().execute(commandContext, launcher);
    }

    /** What was asked for. */
    ParsedCommand parsedCommand() {
        if (target == null) {
            throw new ParameterException(
                    requireNonNull(spec, "spec is injected by picocli").commandLine(),
                    "there is no target: name a .java file, a .toml file or a class");
        }
        AfterTarget after = new AfterTarget();
        Optional<RuntimeException> misused = parse(new CommandLine(after), rest).map(Function.identity());
        return new ParsedCommand(
                targetVerb, commandLineOptions, target, after.commandLineOptions, rest, originalArguments(), misused);
    }

    /** What was said after the verb. */
    private List<String> originalArguments() {
        List<String> all = requireNonNull(spec, "spec is injected by picocli")
                .commandLine()
                .getParseResult()
                .originalArgs();
        int verbAt =
                all.indexOf(requireNonNull(spec, "spec is injected by picocli").name());
        return all.subList(verbAt + 1, all.size());
    }

    /** Parses what it can; whether the remainder is an error, only the program can tell. */
    private static Optional<ParameterException> parse(CommandLine command, List<String> words) {
        command.setUnmatchedArgumentsAllowed(true);
        try {
            command.parseArgs(words.toArray(String[]::new));
        } catch (ParameterException e) {
            return Optional.of(e);
        }
        List<String> unmatched = command.getUnmatchedArguments();
        if (unmatched.isEmpty()) {
            return Optional.empty();
        }
        String first = unmatched.getFirst();
        return Optional.of(
                first.startsWith("-")
                        ? new UnmatchedArgumentException(command, List.of(first))
                        : new ParameterException(command, "a service takes no arguments, but there is: " + first));
    }
}
