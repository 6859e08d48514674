package dev.ginkgo.run.cli.completion;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * What can follow a command.
 *
 * @param name the command
 * @param description its description, one line
 * @param options its options, also those of its subcommands
 * @param operands what its operands are
 * @param words the words that it accepts as operands: subcommands, or fixed values
 */
record CommandModel(String name, String description, List<Option> options, Operands operands, List<String> words) {
    /** Kinds of operands that are completed. */
    enum Operands {
        /** Names of running daemons. */
        RUNNING_DAEMONS,
        /** Names of daemons, also of those that have stopped. */
        DAEMONS,
        /** Source and configuration files. */
        TARGETS,
        /** Nothing but the words. */
        NONE
    }

    /**
     * An option.
     *
     * @param names all names
     * @param description its description, one line
     * @param value what its value is
     */
    record Option(List<String> names, String description, Value value) {}

    /** Kinds of values of options. */
    enum Value {
        /** The option has no value. */
        NONE,
        /** A file or folder. */
        FILE,
        /** Any text. */
        TEXT
    }

    /** Commands whose operand may be a daemon that has stopped. */
    private static final List<String> WITH_STOPPED_DAEMONS = List.of("status", "log", "restart", "wait");

    /** Returns the models of all commands that are not hidden. */
    static List<CommandModel> all(CommandLine root) {
        List<Map.Entry<String, CommandLine>> visible = root.getSubcommands().entrySet().stream()
                .filter(each -> !each.getValue().getCommandSpec().usageMessage().hidden())
                .toList();
        List<String> names = visible.stream().map(Map.Entry::getKey).toList();
        return visible.stream()
                .map(each -> of(each.getKey(), each.getValue(), names))
                .toList();
    }

    private static CommandModel of(String name, CommandLine command, List<String> commandNames) {
        CommandSpec spec = command.getCommandSpec();
        List<Option> options = Stream.concat(
                        spec.options().stream(),
                        command.getSubcommands().values().stream()
                                .flatMap(each -> each.getCommandSpec().options().stream()))
                .filter(option -> !option.hidden())
                .flatMap(CommandModel::withNegation)
                .distinct()
                .toList();
        List<String> words = new ArrayList<>(command.getSubcommands().keySet());
        if (name.equals("help")) {
            words.addAll(commandNames);
        }
        spec.positionalParameters().forEach(each -> words.addAll(candidates(each)));
        return new CommandModel(
                name,
                firstLine(spec.usageMessage().description()),
                options,
                spec.positionalParameters().stream()
                        .min(Comparator.comparingInt(each -> each.index().min()))
                        .map(operand -> operands(name, operand))
                        .orElse(Operands.NONE),
                List.copyOf(words));
    }

    private static Stream<Option> withNegation(OptionSpec option) {
        Option positive = new Option(List.of(option.names()), firstLine(option.description()), value(option));
        return option.negatable()
                ? Stream.of(
                        positive,
                        new Option(
                                Arrays.stream(option.names())
                                        .map(each -> each.replaceFirst("^--", "--no-"))
                                        .toList(),
                                positive.description,
                                Value.NONE))
                : Stream.of(positive);
    }

    private static Value value(OptionSpec option) {
        if (option.arity().max() == 0) {
            return Value.NONE;
        }
        return List.of("FILE", "PATH").contains(option.paramLabel()) ? Value.FILE : Value.TEXT;
    }

    private static Operands operands(String command, PositionalParamSpec operand) {
        return switch (operand.paramLabel()) {
            case "NAME", "HUB" -> WITH_STOPPED_DAEMONS.contains(command) ? Operands.DAEMONS : Operands.RUNNING_DAEMONS;
            case "TARGET" -> Operands.TARGETS;
            default -> Operands.NONE;
        };
    }

    private static List<String> candidates(ArgSpec arg) {
        return arg.completionCandidates() == null
                ? List.of()
                : StreamSupport.stream(arg.completionCandidates().spliterator(), false)
                        .toList();
    }

    private static String firstLine(String... description) {
        return description.length == 0 ? "" : description[0];
    }
}
