package dev.ginkgo.run.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Effective user of this process. */
public final class EffectiveUser {
    private static final int EFFECTIVE = 2; // column of the "Uid:" line; column 0 is its name

    private EffectiveUser() {}

    /**
     * Returns the numeric id of the effective user, or -1 if it cannot be determined. On Linux it is read from {@code
     * /proc/self/status}, because the owner of {@code /proc/self} becomes root when a process changes its user (proc(5),
     * "dumpable").
     */
    public static long id() {
        try {
            Path status = Path.of("/proc/self/status");
            if (Files.exists(status)) {
                return Files.readAllLines(status).stream()
                        .filter(line -> line.startsWith("Uid:"))
                        .map(line -> Long.parseLong(line.split("\\s+", -1)[EFFECTIVE]))
                        .findFirst()
                        .orElse(-1L);
            }
            return (int) Files.getAttribute(Path.of(System.getProperty("user.home", "/")), "unix:uid");
        } catch (IOException | UnsupportedOperationException e) {
            return -1;
        }
    }
}
