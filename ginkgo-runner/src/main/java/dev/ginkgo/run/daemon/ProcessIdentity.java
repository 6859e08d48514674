package dev.ginkgo.run.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Which process is meant: a number alone is soon another's. On Linux the birth is the machine's boot and the tick of
 * the start (field 22 of {@code /proc/PID/stat}, proc(5)); wall-clock times, as {@link ProcessHandle} has them, move
 * when the clock is set. A zombie is dead: it only waits for its parent.
 *
 * @param pid the number
 * @param birth when it was born, comparable for equality only
 */
public record ProcessIdentity(long pid, String birth) {
    private static final Path PROC = Path.of("/proc");
    private static final Path BOOT = PROC.resolve("sys/kernel/random/boot_id");
    private static final int STATE = 0;
    private static final int START_TICKS = 19;

    /** This process. */
    public static ProcessIdentity self() {
        long pid = ProcessHandle.current().pid();
        return of(pid).orElseGet(() -> new ProcessIdentity(pid, ""));
    }

    /** The live process that has this number now. */
    public static Optional<ProcessIdentity> of(long pid) {
        return Files.exists(BOOT) ? onLinux(pid) : elsewhere(pid);
    }

    /** Whether that very process lives. */
    public boolean isAlive() {
        return of(pid).filter(this::equals).isPresent();
    }

    /** The user that it runs as. */
    public Optional<String> user() {
        return ProcessHandle.of(pid).flatMap(process -> process.info().user());
    }

    /** Sends TERM, or KILL. False if this user may not, or if it is gone. */
    public boolean end(boolean kill) {
        return isAlive()
                && ProcessHandle.of(pid)
                        .map(process -> kill ? process.destroyForcibly() : process.destroy())
                        .orElse(false);
    }

    private static Optional<ProcessIdentity> onLinux(long pid) {
        try {
            String stat = Files.readString(PROC.resolve(pid + "/stat"));
            // The name of the program stands in parentheses and may contain anything, also these.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return switch (fields[STATE]) {
                case "Z", "X", "x" -> Optional.empty();
                default ->
                    Optional.of(new ProcessIdentity(pid, Files.readString(BOOT).strip() + "/" + fields[START_TICKS]));
            };
        } catch (IOException | IndexOutOfBoundsException e) {
            return Optional.empty(); // no such process, or it ended while it was read
        }
    }

    private static Optional<ProcessIdentity> elsewhere(long pid) {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .flatMap(process -> process.info().startInstant())
                .map(start -> new ProcessIdentity(pid, start.toString()));
    }
}
