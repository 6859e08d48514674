package dev.ginkgo.run.dev;

import dev.ginkgo.run.output.CommandContext;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;

/** Prints what happens to the terminal, and keeps the current problem for the dashboard. */
final class DevReporter {
    private static final int MAX_NAMES = 3;

    private final CommandContext commandContext;
    private volatile String problem = "";

    DevReporter(CommandContext commandContext) {
        this.commandContext = commandContext;
    }

    void info(String text) {
        commandContext.printError(text);
    }

    /**
     * Reports why the newest version does not run, and keeps the text until {@link #solved}.
     *
     * @param outcome what runs instead
     */
    void problem(String text, String outcome) {
        problem = text;
        commandContext.printError(text);
        commandContext.printError(outcome + " Waiting for a change.");
    }

    /** Discards the problem. */
    void solved() {
        problem = "";
    }

    /** Returns the current problem, or an empty text. Any thread. */
    String problem() {
        return problem;
    }

    /** Returns the names of a few files, or the number of many. */
    String names(Collection<Path> files) {
        List<String> names =
                files.stream().map(commandContext::displayPath).sorted().toList();
        return switch (names.size()) {
            case 1 -> names.getFirst();
            case 2, MAX_NAMES -> String.join(", ", names.subList(0, names.size() - 1)) + " and " + names.getLast();
            default -> names.size() + " files";
        };
    }
}
