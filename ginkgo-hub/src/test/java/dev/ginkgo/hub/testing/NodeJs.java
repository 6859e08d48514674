package dev.ginkgo.hub.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;

/**
 * Runs the clients in {@code src/test/node}. Their npm packages are installed under {@code target}, from the lock file,
 * and again when that changes.
 */
public final class NodeJs {
    private static final Path SOURCE = Path.of("src", "test", "node");
    private static final Path FOLDER = Path.of("target", "node").toAbsolutePath();

    private NodeJs() {}

    /** Starts one of the scripts. */
    public static ExternalProcess run(String script, String... arguments) throws IOException, InterruptedException {
        install();
        // Node 20 has a WebSocket only with this option
        Stream<String> node = Stream.of("node", "--experimental-websocket", "--no-warnings", script);
        return ExternalProcess.start(
                FOLDER, Stream.concat(node, Stream.of(arguments)).toArray(String[]::new));
    }

    /** Reads a file of an npm package, such as {@code ws/wrapper.mjs}. */
    public static String readPackageFile(String file) throws IOException, InterruptedException {
        install();
        return Files.readString(FOLDER.resolve("node_modules").resolve(file));
    }

    private static synchronized void install() throws IOException, InterruptedException {
        Files.createDirectories(FOLDER);
        Path lock = FOLDER.resolve("package-lock.json");
        boolean installed = Files.exists(FOLDER.resolve("node_modules"))
                && Files.exists(lock)
                && Files.mismatch(lock, SOURCE.resolve("package-lock.json")) < 0;
        Files.deleteIfExists(lock); // until the installation is complete
        try (Stream<Path> files = Files.list(SOURCE)) {
            for (Path file : files.toList()) {
                Files.copy(file, FOLDER.resolve(SOURCE.relativize(file)), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        if (!installed) {
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
