package dev.ginkgo.run.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Identity of a process: its pid, and its start time, because pids are reused. On Linux the start time is the boot id of
 * the machine and the start tick (field 22 of {@code /proc/PID/stat}, proc(5)), because the wall-clock times of {@link
 * ProcessHandle} change when the clock is set. A zombie counts as dead.
 *
 * @param pid the process id
 * @param birth the start time, comparable for equality only
 */
public record ProcessIdentity(long pid, String birth) {
    private static final Path PROC = Path.of("/proc");
    private static final Path BOOT = PROC.resolve("sys/kernel/random/boot_id");
    private static final int STATE = 0;
    private static final int START_TICKS = 19;

    /** Returns the identity of this process. */
    public static ProcessIdentity self() {
        long pid = ProcessHandle.current().pid();
        return of(pid).orElseGet(() -> new ProcessIdentity(pid, ""));
    }

    /** Returns the identity of the live process that currently has this pid. */
    public static Optional<ProcessIdentity> of(long pid) {
        return Files.exists(BOOT) ? onLinux(pid) : elsewhere(pid);
    }

    /** Returns whether this process, and not another one with its pid, is alive. */
    public boolean isAlive() {
        return of(pid).filter(this::equals).isPresent();
    }

    /** Returns the name of the user that the process runs as. */
    public Optional<String> user() {
        return ProcessHandle.of(pid).flatMap(process -> process.info().user());
    }

    /** Sends TERM or KILL. Returns false if that is not permitted, or the process has exited. */
    public boolean end(boolean kill) {
        return isAlive()
                && ProcessHandle.of(pid)
                        .map(process -> kill ? process.destroyForcibly() : process.destroy())
                        .orElse(false);
    }

    private static Optional<ProcessIdentity> onLinux(long pid) {
        try {
            String stat = Files.readString(PROC.resolve(pid + "/stat"));
            // The program name is in parentheses and may itself contain parentheses.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return switch (fields[STATE]) {
                case "Z", "X", "x" -> Optional.empty();
                default ->
                    Optional.of(new ProcessIdentity(pid, Files.readString(BOOT).strip() + "/" + fields[START_TICKS]));
            };
        } catch (IOException | IndexOutOfBoundsException e) {
            return Optional.empty(); // no such process, or it exited during the read
        }
    }

    private static Optional<ProcessIdentity> elsewhere(long pid) {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .flatMap(process -> process.info().startInstant())
                .map(start -> new ProcessIdentity(pid, start.toString()));
    }
}
