package dev.ginkgo.run.log;

import dev.ginkgo.run.os.EffectiveUser;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Checks whether the file system of the log has space left. A write to a full one fails without a trace: it
 * cannot be logged.
 */
public final class LogSpace {
    /** Less than a block of common file systems: no further line may be complete. */
    private static final long MIN_FREE_BYTES = 4_096;

    private LogSpace() {}

    /** Determines the free bytes of a file system. */
    public interface FreeBytes {
        /** Returns the number of bytes that this process may still write to the file system of a file. */
        long of(Path file) throws IOException;
    }

    /**
     * Checks the file system of a log.
     *
     * @throws IOException with a message for the user if it is full, or cannot be examined
     */
    public static void require(Path log, FreeBytes freeBytes) throws IOException {
        if (freeBytes.of(log) < MIN_FREE_BYTES) {
            throw new IOException("the disk of the log " + log + " is full, lines are lost; free disk space");
        }
    }

    /** Returns what the system reports; root may also use the blocks that are reserved for it. */
    public static long ofSystem(Path file) throws IOException {
        FileStore store = Files.getFileStore(file);
        if (store.getTotalSpace() == 0) {
            return Long.MAX_VALUE; // a device or a pipe
        }
        long usable = store.getUsableSpace();
        return usable < MIN_FREE_BYTES && EffectiveUser.id() == 0 ? store.getUnallocatedSpace() : usable;
    }
}
