package dev.ginkgo.run.cli;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Parses the command line of an ordinary start without picocli, whose loading would take longer than the rest of the
 * start. It handles only simple command lines: anything else (help, usage errors, {@code --set=key=value},
 * {@code @file}) is left to {@link TargetCommand}. Where it returns a result, {@link TargetCommand} returns the same.
 */
final class FastArgumentParser {
    private static final Set<String> VERBS = Set.of("run", "dev", "start", "check", "systemd");

    private final List<String> arguments;
    private int next;

    private FastArgumentParser(List<String> arguments) {
        this.arguments = arguments;
    }

    /** Returns the parsed command, or empty if the command line is not simple. */
    static Optional<ParsedCommand> parse(String... arguments) {
        List<String> all = List.of(arguments);
        if (all.isEmpty() || all.stream().anyMatch(argument -> argument.isEmpty() || argument.startsWith("@"))) {
            return Optional.empty();
        }
        String first = all.getFirst();
        boolean verb = VERBS.contains(first);
        if (!verb && !isTargetOrOption(first)) {
            return Optional.empty();
        }
        List<String> afterVerb = verb ? all.subList(1, all.size()) : all;
        FastArgumentParser parser = new FastArgumentParser(afterVerb);
        CommandLineOptions before = new CommandLineOptions();
        CommandLineOptions after = new CommandLineOptions();
        if (!parser.options(before) || parser.next == afterVerb.size()) {
            return Optional.empty();
        }
        String target = afterVerb.get(parser.next++);
        List<String> rest = afterVerb.subList(parser.next, afterVerb.size());
        if (!parser.options(after) || parser.next < afterVerb.size()) {
            return Optional.empty();
        }
        return Optional.of(new ParsedCommand(
                verb ? TargetVerb.valueOf(first.toUpperCase(Locale.ROOT)) : TargetVerb.RUN,
                before,
                target,
                after,
                rest,
                afterVerb,
                Optional.empty()));
    }

    /** Distinguishes a target or option from a command: command names contain no dot and start in lower case. */
    private static boolean isTargetOrOption(String argument) {
        return argument.indexOf('.') >= 0 || argument.startsWith("-") || Character.isUpperCase(argument.charAt(0));
    }

    /** Parses the options at the current position; returns false if one of them is not simple. */
    private boolean options(CommandLineOptions into) {
        Set<String> seen = new HashSet<>();
        while (next < arguments.size() && arguments.get(next).startsWith("-")) {
            String option = arguments.get(next++);
            if (option.equals("--stack-traces")) {
                if (!seen.add(option)) {
                    return false;
                }
                into.stackTraces = true;
                continue;
            }
            if (next == arguments.size() || arguments.get(next).startsWith("-")) {
                return false;
            }
            if (!option(into, option, arguments.get(next++), seen)) {
                return false;
            }
        }
        return true;
    }

    private static boolean option(CommandLineOptions into, String option, String value, Set<String> seen) {
        switch (option) {
            case "--set" -> {
                int equals = value.indexOf('=');
                if (equals <= 0 || equals == value.length() - 1) {
                    return false;
                }
                into.set.put(value.substring(0, equals), value.substring(equals + 1));
                return true;
            }
            case "--class-path", "-cp" -> {
                into.classPath.add(value);
                return true;
            }
            case "--service" -> into.service = value;
            case "--name" -> into.name = value;
            case "--pid" -> into.pid = value;
            default -> {
                return false;
            }
        }
        return seen.add(option);
    }
}
