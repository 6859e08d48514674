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
 * {@code run}, {@code start}, {@code check} and {@code systemd}. What stands after the target belongs to the program: a
 * main method gets it as it is, and for a service it is parsed as the same options again. Hence two rounds of parsing.
 */
@Command(sortOptions = false, usageHelpAutoWidth = true)
final class TargetCommand implements Callable<Integer> {
    /** What is done with the target. */
    enum Verb {
        RUN,
        START,
        CHECK,
        SYSTEMD
    }

    private final Terminal terminal;
    private final Verb verb;
    private final Optional<Launcher> launcher;

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

    /**
     * @param launcher who waits for a {@code start}
     */
    TargetCommand(Terminal terminal, Verb verb, Optional<Launcher> launcher) {
        this.terminal = terminal;
        this.verb = verb;
        this.launcher = launcher;
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
        Options all = options.and(after.options);
        boolean named = verb == Verb.START || (verb == Verb.RUN && all.isNamed());
        if (named && !after.options.help) {
            misused.ifPresent(e -> {
                throw e;
            });
            return register(all, target);
        }
        Errand errand = new Errand(terminal, all, target);
        if (errand.program() instanceof Program.OfMain main) {
            return switch (verb) {
                case RUN -> errand.runMain(main, rest);
                case START, CHECK -> errand.checkMain(main); // start has come to here for -h only
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
            case RUN, START -> errand.run(); // start has gone its own way above
            case CHECK -> errand.check();
            case SYSTEMD -> errand.unit();
        };
    }

    /** Runs it under a name, which is taken first: the rest would be for nothing. */
    private int register(Options all, String word) {
        if (verb == Verb.START && launcher.isEmpty()) {
            throw new Refusal(
                    ExitCode.USAGE, "start is for the script ginkgo, which makes a daemon of Java; here is only run.");
        }
        Registration registration = Registration.claim(terminal, all, word);
        try {
            if (verb == Verb.START) {
                Beginnings.write(registration.file(), terminal.directory(), words());
            } else {
                Beginnings.remove(registration.file()); // whoever runs it starts it again, and not as a daemon
            }
            Errand errand = new Errand(terminal, all, word);
            if (errand.program() instanceof Program.OfMain) {
                throw new Refusal(
                        ExitCode.CONFIGURATION,
                        word + " has a main method, which starts what it wants by itself, so that there is nothing to"
                                + " ask or to reload under a name; --service chooses a service in it.");
            }
            return errand.run(registration, verb == Verb.START ? launcher : Optional.empty());
        } catch (Refusal e) {
            registration.end(e.code().number(), e.text());
            throw e;
        } catch (RuntimeException | Error e) {
            registration.end(ExitCode.SOFTWARE.number(), e.toString());
            throw e;
        }
    }

    /** What was said after the verb. */
    private List<String> words() {
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
