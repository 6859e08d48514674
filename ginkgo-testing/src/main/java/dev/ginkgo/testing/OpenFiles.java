package dev.ginkgo.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Sockets and files that this process has open, according to {@code /proc}; empty on systems without it. */
final class OpenFiles {
    private static final Path DIRECTORY = Path.of("/proc/self/fd");

    private final Set<String> current;

    private OpenFiles(Set<String> open) {
        this.current = open;
    }

    /**
     * Returns the sockets and files that are open now, with those that the JDK opens with the first channel and keeps,
     * which must not count as left by the test.
     */
    static OpenFiles current() {
        openDescriptorsOfJdk();
        return list();
    }

    private static OpenFiles list() {
        Set<String> targets = new HashSet<>();
        if (Files.isDirectory(DIRECTORY)) {
            try (DirectoryStream<Path> all = Files.newDirectoryStream(DIRECTORY)) {
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

    /** Makes the JDK open the pair of sockets that it opens with the first channel and keeps until the process ends. */
    private static void openDescriptorsOfJdk() {
        try {
            ServerSocketChannel.open().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            return ""; // closed in the meantime
        }
    }

    /** Returns whether a descriptor counts. Those of the JVM itself do not: jars and libraries, pollers, devices. */
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

    /**
     * Fails if a socket or file is open that is not in this snapshot. Waits, because closing may take a moment.
     *
     * @throws AssertionError if something is still open after {@code timeout}
     */
    void assertNothingNew(Duration timeout) {
        Poller.await(timeout, () -> {
            Set<String> now = new HashSet<>(list().current);
            now.removeAll(current);
            return now.isEmpty() ? "" : "descriptors are left open: " + now + describeSockets(now);
        });
    }

    /**
     * Returns the kernel's table rows of the TCP sockets among the descriptors; a socket that was never connected has
     * none.
     */
    private static String describeSockets(Set<String> open) {
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
