package dev.ginkgo.run.compile;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What a class path was at a moment: the name, size and time of each of its files. */
public final class ClassPathFingerprint {
    /** Beyond so many files in folders, looking at all of them is no gain over compiling. */
    private static final int MAX_FILES = 10_000;

    private ClassPathFingerprint() {}

    /** In words; empty if it is too large to be looked at, or cannot be. */
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
