package dev.ginkgo.run.cli;

import static java.util.stream.Collectors.joining;

import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.Suggestions;
import dev.ginkgo.run.program.TargetResolver;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine;

/**
 * Recognizes a mistyped command. A first word that is no command is a target; a word that resembles a command and cannot
 * be a class is reported as an unknown command.
 */
final class UnknownCommand {
    private static final Pattern WORD = Pattern.compile("[a-z]+(-[a-z]+)*");
    private static final int MIN_PREFIX_LENGTH = 2; // of an abbreviated command

    private UnknownCommand() {}

    /**
     * Returns the error message if the first argument is a mistyped command.
     *
     * @param commands supplies all commands by name
     */
    static Optional<String> message(
            CommandContext commandContext, Supplier<Map<String, CommandLine>> commands, String... arguments) {
        String word = arguments[0];
        if (!WORD.matcher(word).matches()) {
            return Optional.empty();
        }
        // With a class path, a word in lower case may be the name of a class.
        boolean mayBeClass = Stream.of(arguments).anyMatch(each -> each.startsWith("-cp") || each.startsWith("--class"))
                || ClassLoader.getSystemResource(word + ".class") != null;
        if (mayBeClass) {
            return Optional.empty();
        }
        List<String> similar = similarCommands(word, commands.get());
        return similar.isEmpty()
                ? Optional.empty()
                : Optional.of("unknown command \"" + word + "\"; did you mean "
                        + Stream.concat(
                                        similar.stream().map(each -> "\"" + each + "\""),
                                        new TargetResolver(commandContext).similarProgram(word).stream())
                                .collect(joining(" or "))
                        + "?");
    }

    /** Returns the commands that the word abbreviates ({@code stat}), or else the one that it resembles. */
    private static List<String> similarCommands(String word, Map<String, CommandLine> commands) {
        List<String> names = commands.entrySet().stream()
                .filter(each -> !each.getValue().getCommandSpec().usageMessage().hidden())
                .map(Map.Entry::getKey)
                .toList();
        List<String> abbreviated = names.stream()
                .filter(name -> word.length() >= MIN_PREFIX_LENGTH && name.startsWith(word))
                .toList();
        return abbreviated.isEmpty() ? Suggestions.closest(word, names).stream().toList() : abbreviated;
    }
}
