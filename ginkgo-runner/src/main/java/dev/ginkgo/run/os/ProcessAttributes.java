package dev.ginkgo.run.os;

import java.lang.foreign.Arena;
import java.nio.file.Path;

/** What a process inherits and may change for itself: the umask and the working folder. Any Unix. */
public final class ProcessAttributes {
    private final Libc libc = new Libc();

    /** Sets which permissions new files do not get; gives what was before. */
    public int umask(int mask) throws OsException {
        return libc.require("umask", mask);
    }

    /**
     * Sets the working folder of the process. Java itself keeps what it found at its start: {@code
     * Path.toAbsolutePath()} goes by that, while opening a relative path goes by the new one.
     *
     * @param folder absolute
     */
    public void workingFolder(Path folder) throws OsException {
        try (Arena arena = Arena.ofConfined()) {
            Libc.Result result = libc.call("chdir", arena.allocateFrom(folder.toString()));
            if (result.failed()) {
                throw new OsException(
                        OsException.Kind.CONFIGURATION,
                        "ginkgo.workdir: " + folder + " cannot be entered: " + libc.errorText(result.errno())
                                + "; create it, or name another folder");
            }
        }
    }
}
