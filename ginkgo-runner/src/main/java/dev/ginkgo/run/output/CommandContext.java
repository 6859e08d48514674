package dev.ginkgo.run;

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
record Terminal(PrintStream out, PrintStream err, Map<String, String> environment, Path directory) {

    /** Of this process. */
    static Terminal ofProcess() {
        return new Terminal(
                PlainStream.of(System.out),
                PlainStream.of(System.err),
                System.getenv(),
                Path.of("").toAbsolutePath());
    }

    /** A file as the user would name it: relative to the working directory where it lies below. */
    String shown(Path file) {
        Path absolute = file.toAbsolutePath().normalize();
        Path shown = absolute.startsWith(directory) ? directory.relativize(absolute) : absolute;
        return shown.toString().isEmpty() ? "." : shown.toString();
    }

    void tell(String text) {
        err.println(text);
        err.flush();
    }
}
