package dev.ginkgo.hub.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Runs the clients in {@code src/test/python}, with the system's Python, for which Debian packages their libraries. */
public final class Python {
    private static final Path SOURCE = Path.of("src", "test", "python").toAbsolutePath();
    private static final Path FOLDER = Path.of("target", "python").toAbsolutePath();

    private Python() {}

    /** Starts one of the scripts. */
    public static ExternalProcess run(String script, String... arguments) throws IOException {
        Files.createDirectories(FOLDER);
        String python = Files.isExecutable(Path.of("/usr/bin/python3")) ? "/usr/bin/python3" : "python3";
        Stream<String> command =
                Stream.concat(Stream.of(python, SOURCE.resolve(script).toString()), Stream.of(arguments));
        return ExternalProcess.start(FOLDER, command.toArray(String[]::new));
    }
}
