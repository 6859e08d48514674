package dev.ginkgo.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/** The sockets and files that this process has open, by the kernel's word; nothing where there is no {@code /proc}. */
final class Descriptors {
    private static final Path FOLDER = Path.of("/proc/self/fd");

    private final Set<String> open;

    private Descriptors(Set<String> open) {
        this.open = open;
    }

    static Descriptors open() {
        Set<String> targets = new HashSet<>();
        if (Files.isDirectory(FOLDER)) {
            try (DirectoryStream<Path> all = Files.newDirectoryStream(FOLDER)) {
                for (Path each : all) {
                    String target = target(each);
                    if (matters(target)) {
                        targets.add(target);
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return new Descriptors(targets);
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            return ""; // closed meanwhile
        }
    }

    /** The JVM's own do not: what it loads classes from, its pollers, the devices. */
    private static boolean matters(String target) {
        return target.startsWith("socket:")
                || (target.startsWith("/")
                        && !target.startsWith("/dev/")
                        && !target.startsWith("/proc/")
                        && !target.startsWith("/sys/")
                        && !target.endsWith(".jar")
                        && !target.endsWith("/modules")
                        && !target.endsWith(".so")
                        && !target.endsWith(".jsa"));
    }

    /** Fails if something is open that was not then; closing may take a moment. */
    void assertNothingNew(Duration patience) {
        Patience.await(patience, () -> {
            Set<String> now = new HashSet<>(open().open);
            now.removeAll(open);
            return now.isEmpty() ? "" : "descriptors are left open: " + now;
        });
    }
}
