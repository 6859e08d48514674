package dev.ginkgo.run.compile;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Fingerprint of a class path: name, size and modification time of each of its files. */
public final class ClassPathFingerprint {
    /** With more files than this, taking the fingerprint is not faster than compiling. */
    private static final int MAX_FILES = 10_000;

    private ClassPathFingerprint() {}

    /** Returns the fingerprint as text; empty if there are too many files or one cannot be read. */
    public static Optional<String> of(List<Path> classPath) {
        StringBuilder text = new StringBuilder();
        try {
            int left = MAX_FILES;
            for (Path entry : classPath) {
                try (Stream<Path> files = Files.exists(entry) ? Files.walk(entry) : Stream.of()) {
                    List<Path> all = files.filter(Files::isRegularFile)
                            .sorted()
                            .limit(left + 1L)
                            .toList();
                    left -= all.size();
                    if (left < 0) {
                        return Optional.empty();
                    }
                    text.append(entry).append('\n');
                    for (Path file : all) {
                        text.append(file)
                                .append(' ')
                                .append(Files.size(file))
                                .append(' ')
                                .append(Files.getLastModifiedTime(file).toInstant())
                                .append('\n');
                    }
                }
            }
            return Optional.of(text.toString());
        } catch (IOException | UncheckedIOException e) {
            return Optional.empty();
        }
    }
}
