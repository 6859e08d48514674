package dev.ginkgo.processes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;

/** What all processes of a test have said is kept when it fails, to find out why. */
final class TestArtifacts {
    private TestArtifacts() {}

    /**
     * Copies the files of a folder.
     *
     * @param name of a folder below {@code target/evidence}
     */
    static Path save(Path folder, String name) throws IOException {
        Path kept = Files.createDirectories(Path.of("target", "evidence", name));
        try (Stream<Path> said = Files.list(folder)) {
            for (Path each : said.filter(Files::isRegularFile).toList()) {
                Files.copy(each, kept.resolve(each.getFileName().toString()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        return kept;
    }
}
