package dev.ginkgo.run.output;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;

/**
 * The world as the command sees it.
 *
 * @param out for what was asked for: help, versions, the result of a check
 * @param err for what is told beside the program's own output
 * @param environment the environment variables
 * @param directory the working directory, absolute
 */
public record CommandContext(PrintStream out, PrintStream err, Map<String, String> environment, Path directory) {

    /** Of this process. */
    public static CommandContext ofCurrentProcess() {
        return new CommandContext(
                AsciiFallbackStream.of(System.out),
                AsciiFallbackStream.of(System.err),
                System.getenv(),
                Path.of("").toAbsolutePath());
    }

    /** A file as the user would name it: relative to the working directory where it lies below. */
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
