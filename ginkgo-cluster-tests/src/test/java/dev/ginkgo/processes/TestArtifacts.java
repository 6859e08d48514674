package dev.ginkgo.processes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;

/** Keeps the output of all processes of a failed test for analysis. */
final class TestArtifacts {
    private TestArtifacts() {}

    /**
     * Copies the files of a folder, and returns the copy.
     *
     * @param name name of the copy below {@code target/evidence}
     */
    static Path save(Path folder, String name) throws IOException {
        Path target = Files.createDirectories(Path.of("target", "evidence", name));
        try (Stream<Path> files = Files.list(folder)) {
            for (Path each : files.filter(Files::isRegularFile).toList()) {
                Files.copy(each, target.resolve(each.getFileName().toString()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        return target;
    }
}
