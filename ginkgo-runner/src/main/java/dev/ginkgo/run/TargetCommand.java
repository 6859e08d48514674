package dev.ginkgo.run;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
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
 * {@code run}, {@code check} and {@code systemd}. What stands after the target belongs to the program: a main method gets it as it
 * is, and for a service it is parsed as the same options again. Hence two rounds of parsing.
 */
@Command(sortOptions = false, usageHelpAutoWidth = true)
final class TargetCommand implements Callable<Integer> {
    /** What is done with the target. */
    enum Verb {
        RUN,
        CHECK,
        SYSTEMD
    }

    private final Terminal terminal;
    private final Verb verb;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private Options options = new Options();

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

    TargetCommand(Terminal terminal, Verb verb) {
        this.terminal = terminal;
        this.verb = verb;
    }

    /** What follows a service: options, and nothing else. */
    @Command(name = "ginkgo")
    private static final class AfterTarget {
        @Mixin
        private Options options = new Options();
    }

    @Override
    public Integer call() {
        CommandLine command =
                requireNonNull(spec, "spec is injected by picocli").commandLine();
        if (options.help) {
            command.usage(terminal.out());
            return ExitCode.OK.number();
        }
        if (target == null) {
            throw new ParameterException(command, "there is no target: name a .java file, a .toml file or a class");
        }
        AfterTarget after = new AfterTarget();
        Optional<ParameterException> misused = parse(new CommandLine(after), rest);
        Errand errand = new Errand(terminal, options.and(after.options), target);
        if (errand.program() instanceof Program.OfMain main) {
            return switch (verb) {
                case RUN -> errand.runMain(main, rest);
                case CHECK -> errand.checkMain(main);
                case SYSTEMD ->
                    throw new Refusal(
                            ExitCode.CONFIGURATION,
                            target
                                    + " has a main method, which nobody can tell systemd about; --service names a service");
            };
        }
        if (misused.isPresent()) {
            throw misused.get();
        }
        if (after.options.help) {
            return errand.help();
        }
        return switch (verb) {
            case RUN -> errand.run();
            case CHECK -> errand.check();
            case SYSTEMD -> errand.unit();
        };
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
