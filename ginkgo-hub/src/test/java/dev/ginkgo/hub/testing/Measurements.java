package dev.ginkgo.hub.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** What a test has measured besides what it demands, a line each in {@code target/figures.txt}. */
public final class Measurements {
    private static final Path FILE = Path.of("target", "figures.txt");

    private Measurements() {}

    public static void record(String what, Object figure) throws IOException {
        Files.createDirectories(FILE.toAbsolutePath().getParent());
        Files.writeString(FILE, what + ": " + figure + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
