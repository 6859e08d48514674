package dev.ginkgo.hub.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;

/**
 * The clients of {@code src/test/node}, with what they need from npm. It is installed once, from the lock file, under
 * {@code target}.
 */
public final class NodeJs {
    private static final Path SOURCE = Path.of("src", "test", "node");
    private static final Path FOLDER = Path.of("target", "node").toAbsolutePath();

    private NodeJs() {}

    /** Runs one of the scripts. */
    public static ExternalProcess run(String script, String... arguments) throws IOException, InterruptedException {
        install();
        Stream<String> command = Stream.concat(Stream.of("node", script), Stream.of(arguments));
        return ExternalProcess.start(FOLDER, command.toArray(String[]::new));
    }

    private static synchronized void install() throws IOException, InterruptedException {
        Files.createDirectories(FOLDER);
        Path lock = FOLDER.resolve("package-lock.json");
        boolean done = Files.exists(FOLDER.resolve("node_modules"))
                && Files.exists(lock)
                && Files.mismatch(lock, SOURCE.resolve("package-lock.json")) < 0;
        Files.deleteIfExists(lock); // until all is there
        try (Stream<Path> files = Files.list(SOURCE)) {
            for (Path file : files.toList()) {
                Files.copy(file, FOLDER.resolve(SOURCE.relativize(file)), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        if (!done) {
            try (ExternalProcess npm =
                    ExternalProcess.start(FOLDER, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")) {
                npm.awaitSuccess();
            } catch (AssertionError | IOException e) {
                Files.delete(lock);
                throw e;
            }
        }
    }
}
