package dev.ginkgo.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The sockets and files that this process has open, by the kernel's word; nothing where there is no {@code /proc}. */
final class OpenFiles {
    private static final Path FOLDER = Path.of("/proc/self/fd");

    private final Set<String> current;

    private OpenFiles(Set<String> open) {
        this.current = open;
    }

    static OpenFiles current() {
        Set<String> targets = new HashSet<>();
        if (Files.isDirectory(FOLDER)) {
            try (DirectoryStream<Path> all = Files.newDirectoryStream(FOLDER)) {
                for (Path each : all) {
                    String target = target(each);
                    if (isRelevant(target)) {
                        targets.add(target);
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return new OpenFiles(targets);
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            return ""; // closed meanwhile
        }
    }

    /** The JVM's own do not: what it loads classes from, its pollers, the devices. */
    private static boolean isRelevant(String target) {
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
        Poller.await(patience, () -> {
            Set<String> now = new HashSet<>(current().current);
            now.removeAll(current);
            return now.isEmpty() ? "" : "descriptors are left open: " + now + described(now);
        });
    }

    /** What the kernel says of those that are TCP sockets; of one that was never connected it says nothing. */
    private static String described(Set<String> open) {
        StringBuilder text = new StringBuilder();
        for (String table : List.of("/proc/self/net/tcp", "/proc/self/net/tcp6")) {
            try (Stream<String> rows = Files.lines(Path.of(table))) {
                rows.filter(row -> open.stream()
                                .anyMatch(target -> target.startsWith("socket:")
                                        && row.contains(" " + target.substring(8, target.length() - 1) + " ")))
                        .forEach(row -> text.append('\n').append(row.strip()));
            } catch (IOException e) {
                return ""; // not Linux
            }
        }
        return text.toString();
    }
}
