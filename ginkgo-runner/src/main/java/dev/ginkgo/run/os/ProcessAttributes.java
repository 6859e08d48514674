package dev.ginkgo.run.os;

import java.lang.foreign.Arena;
import java.nio.file.Path;

/** Umask and working folder of this process. Works on any Unix. */
public final class ProcessAttributes {
    private final Libc libc = new Libc();

    /** Sets the umask and returns the previous one. */
    public int umask(int mask) throws OsException {
        return libc.require("umask", mask);
    }

    /**
     * Sets the working folder of the process. Java keeps the folder of its start for {@code Path.toAbsolutePath()},
     * while opening a relative path uses the new folder.
     *
     * @param folder the folder, absolute
     */
    public void workingFolder(Path folder) throws OsException {
        try (Arena arena = Arena.ofConfined()) {
            Libc.Result result = libc.call("chdir", arena.allocateFrom(folder.toString()));
            if (result.failed()) {
                throw new OsException(
                        OsException.Kind.CONFIGURATION,
                        "ginkgo.workdir: cannot enter " + folder + ": " + libc.errorText(result.errno())
                                + "; create it, or name another folder");
            }
        }
    }
}
