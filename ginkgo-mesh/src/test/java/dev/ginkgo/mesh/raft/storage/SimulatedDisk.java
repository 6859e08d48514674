package dev.ginkgo.mesh.raft.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Disk of one node: a power loss sets the Raft log back to what was last forced to disk. */
public final class SimulatedDisk {
    private final Path journal;
    private final Path forced;
    private volatile boolean full;

    /**
     * @param folder an empty folder
     */
    public SimulatedDisk(Path folder) {
        journal = folder.resolve("journal");
        forced = folder.resolve("forced");
    }

    /** Opens the Raft log. */
    public RaftLog open() throws IOException {
        return new RaftLog(journal, _ -> {}, file -> {
            if (full) {
                throw new IOException("No space left on device");
            }
            file.sync();
            Path next = journal.resolveSibling("journal.new");
            Files.copy(Files.exists(next) ? next : journal, forced, StandardCopyOption.REPLACE_EXISTING);
        });
    }

    /** Lets writes fail from now on, or succeed again. */
    public void setFull(boolean nowFull) {
        full = nowFull;
    }

    /** Opens a copy of the log as it would be after a power loss now. The log may be open. */
    RaftLog openForced() throws IOException {
        return new RaftLog(
                Files.copy(forced, forced.resolveSibling("recovered"), StandardCopyOption.REPLACE_EXISTING), _ -> {});
    }

    /** Loses everything that was not forced to disk. The log must be closed. */
    public void losePower() throws IOException {
        Files.deleteIfExists(journal);
        if (Files.exists(forced)) {
            Files.copy(forced, journal);
        }
    }
}
