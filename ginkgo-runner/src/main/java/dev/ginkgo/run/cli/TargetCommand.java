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
 * {@code run}, {@code start}, {@code check} and {@code systemd}. Arguments after the target belong to the program: a
 * main method receives them unchanged; for a service they are parsed as the same options again. Hence the command line
 * is parsed in two rounds.
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
            description = "A .java file, a .toml file that names its service, or a class name.")
    private @Nullable String target;

    @Parameters(
            index = "1..*",
            paramLabel = "ARGUMENT",
            description = "More options; if the target has a main method, the program's arguments.")
    private List<String> rest = new ArrayList<>();

    /**
     * @param launcher pipe to the launcher script, if it waits for a {@code start}
     */
    TargetCommand(CommandContext commandContext, TargetVerb targetVerb, Optional<LauncherPipe> launcher) {
        this.commandContext = commandContext;
        this.targetVerb = targetVerb;
        this.launcher = launcher;
    }

    /** Parser for the arguments after a service, which may only be options. */
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

    /** Returns the result of both rounds of parsing. */
    ParsedCommand parsedCommand() {
        if (target == null) {
            throw new ParameterException(
                    requireNonNull(spec, "spec is injected by picocli").commandLine(),
                    "missing target: name a .java file, a .toml file or a class");
        }
        AfterTarget after = new AfterTarget();
        Optional<RuntimeException> usageError =
                parse(new CommandLine(after), rest).map(Function.identity());
        return new ParsedCommand(
                targetVerb,
                commandLineOptions,
                target,
                after.commandLineOptions,
                rest,
                originalArguments(),
                usageError);
    }

    /** Returns all arguments after the verb. */
    private List<String> originalArguments() {
        List<String> all = requireNonNull(spec, "spec is injected by picocli")
                .commandLine()
                .getParseResult()
                .originalArgs();
        int verbAt =
                all.indexOf(requireNonNull(spec, "spec is injected by picocli").name());
        return all.subList(verbAt + 1, all.size());
    }

    /** Parses the known options. Whether the returned error matters depends on the kind of program. */
    private static Optional<ParameterException> parse(CommandLine command, List<String> arguments) {
        command.setUnmatchedArgumentsAllowed(true);
        try {
            command.parseArgs(arguments.toArray(String[]::new));
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
                        : new ParameterException(command, "a service takes no arguments: " + first));
    }
}
