package dev.ginkgo.run.output;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;

/**
 * Environment of a command: streams, environment variables and working directory.
 *
 * @param out requested output: help, versions, the result of a check
 * @param err diagnostics
 * @param environment the environment variables
 * @param directory the working directory, absolute
 */
public record CommandContext(PrintStream out, PrintStream err, Map<String, String> environment, Path directory) {

    /** Returns the context of this process. */
    public static CommandContext ofCurrentProcess() {
        return new CommandContext(
                AsciiFallbackStream.of(System.out),
                AsciiFallbackStream.of(System.err),
                System.getenv(),
                Path.of("").toAbsolutePath());
    }

    /** Returns the path relative to the working directory if the file is below it, otherwise the absolute path. */
    public String displayPath(Path file) {
        Path absolute = file.toAbsolutePath().normalize();
        Path shown = absolute.startsWith(directory) ? directory.relativize(absolute) : absolute;
        return shown.toString().isEmpty() ? "." : shown.toString();
    }

    public void printError(String text) {
        err.println(text);
        err.flush();
    }
}
