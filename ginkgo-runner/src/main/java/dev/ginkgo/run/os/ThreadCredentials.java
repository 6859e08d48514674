package dev.ginkgo.run.os;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** User, group and supplementary groups of each thread of this process, read from {@code /proc} (proc_pid_status(5)). */
final class ThreadCredentials {
    private static final List<String> LINES = List.of("Uid:", "Gid:", "Groups:");

    private final Path proc;

    /** @param proc the folder of the process, {@code /proc/self} */
    ThreadCredentials(Path proc) {
        this.proc = proc;
    }

    /**
     * Verifies that each thread has the given user and group, and that all have the same supplementary groups.
     *
     * @throws OsException if one does not
     */
    void require(int user, int group) throws IOException {
        String all = "";
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(proc.resolve("task"))) {
            for (Path task : tasks) {
                List<String> lines = lines(task.resolve("status"));
                if (lines.isEmpty()) {
                    continue; // the thread has ended
                }
                String groups = lines.get(2);
                boolean first = all.isEmpty();
                if (!lines.get(0).equals(allFourIds(user))
                        || !lines.get(1).equals(allFourIds(group))
                        || !(first || groups.equals(all))) {
                    throw new OsException(
                            OsException.Kind.FAILURE,
                            "thread " + task.getFileName() + " still runs as user " + lines.get(0) + ", group "
                                    + lines.get(1) + ", groups " + groups + "; refusing to serve");
                }
                all = groups;
            }
        }
    }

    private static List<String> lines(Path status) throws IOException {
        try {
            List<String> all = Files.readAllLines(status);
            return LINES.stream()
                    .map(name -> all.stream()
                            .filter(line -> line.startsWith(name))
                            .map(line -> line.substring(name.length()).strip())
                            .findFirst()
                            .orElse(""))
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            if (String.valueOf(e.getMessage()).contains("No such process")) {
                return List.of();
            }
            throw e;
        }
    }

    /** Returns the line for equal real, effective, saved and file system ids. */
    private static String allFourIds(int id) {
        String one = Integer.toUnsignedString(id);
        return String.join("\t", one, one, one, one);
    }
}
