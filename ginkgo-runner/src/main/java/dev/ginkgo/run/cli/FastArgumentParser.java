package dev.ginkgo.run.cli;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Reads the command line of an ordinary start without picocli, which takes longer to load than all that a start needs
 * besides. Whatever is not plain (help, mistakes, {@code --set=key=value}, {@code @file}) it leaves to
 * {@link TargetCommand}, with which it agrees about all else.
 */
final class FastArgumentParser {
    private static final Set<String> VERBS = Set.of("run", "start", "check", "systemd");

    private final List<String> words;
    private int next;

    private FastArgumentParser(List<String> words, int next) {
        this.words = words;
        this.next = next;
    }

    /** What the words say, if they are plain. */
    static Optional<ParsedCommand> parse(String... arguments) {
        List<String> words = List.of(arguments);
        if (words.isEmpty() || words.stream().anyMatch(word -> word.isEmpty() || word.startsWith("@"))) {
            return Optional.empty();
        }
        String first = words.getFirst();
        boolean verb = VERBS.contains(first);
        if (!verb && !isTargetOrOption(first)) {
            return Optional.empty();
        }
        List<String> said = verb ? words.subList(1, words.size()) : words;
        FastArgumentParser reader = new FastArgumentParser(said, 0);
        CommandLineOptions before = new CommandLineOptions();
        CommandLineOptions after = new CommandLineOptions();
        if (!reader.options(before) || reader.next == said.size()) {
            return Optional.empty();
        }
        String target = said.get(reader.next++);
        List<String> rest = said.subList(reader.next, said.size());
        if (!reader.options(after) || reader.next < said.size()) {
            return Optional.empty();
        }
        return Optional.of(new ParsedCommand(
                verb ? TargetVerb.valueOf(first.toUpperCase(Locale.ROOT)) : TargetVerb.RUN,
                before,
                target,
                after,
                rest,
                said,
                Optional.empty()));
    }

    /** No name of another command has a dot in it or begins with a capital. */
    private static boolean isTargetOrOption(String word) {
        return word.indexOf('.') >= 0 || word.startsWith("-") || Character.isUpperCase(word.charAt(0));
    }

    /** Takes the options that come next; false if there is one that is not plain. */
    private boolean options(CommandLineOptions into) {
        Set<String> seen = new HashSet<>();
        while (next < words.size() && words.get(next).startsWith("-")) {
            String option = words.get(next++);
            if (option.equals("--stack-traces")) {
                if (!seen.add(option)) {
                    return false;
                }
                into.stackTraces = true;
                continue;
            }
            if (next == words.size() || words.get(next).startsWith("-")) {
                return false;
            }
            if (!option(into, option, words.get(next++), seen)) {
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
