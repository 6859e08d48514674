package dev.ginkgo.hub.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Appends values measured by tests, which no assertion checks, to {@code target/figures.txt}, one per line. */
public final class Measurements {
    private static final Path FILE = Path.of("target", "figures.txt");

    private Measurements() {}

    public static void record(String name, Object value) throws IOException {
        Files.createDirectories(FILE.toAbsolutePath().getParent());
        Files.writeString(FILE, name + ": " + value + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
