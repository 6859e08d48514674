package dev.ginkgo.mesh.raft.storage;

import dev.ginkgo.config.Address;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Where one node keeps what must survive its restart: the number of its last start, and the journal of its votes. One
 * process at a time has it: two with one memory of votes would be two voters with one name.
 */
public final class DataDirectory implements Closeable {
    private final Path path;
    private final FileChannel lock;

    private DataDirectory(Path folder, FileChannel lock) {
        this.path = folder;
        this.lock = lock;
    }

    /**
     * Opens a node's folder below {@code parent}, and makes both if they are not there, for this user alone.
     *
     * @throws IOException if that cannot be done; the message says why and what to do
     */
    public static DataDirectory open(Path parent, Address identity) throws IOException {
        Path folder = parent.resolve(identity.toString().replaceAll("[^A-Za-z0-9.]", "-"));
        try {
            createPrivate(folder);
        } catch (IOException e) {
            throw new IOException(
                    "cannot keep this node's votes in " + folder + ": " + e.getMessage()
                            + "; set cluster.data-dir to a folder of" + " this user",
                    e);
        }
        FileChannel lock =
                FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (tryLock(lock) == null) {
            lock.close();
            throw new IOException("another process runs the node " + identity + ": it has locked " + folder
                    + "; stop it, or give this one another cluster.identity");
        }
        return new DataDirectory(folder, lock);
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException _) {
            return null; // by this process
        }
    }

    private static void createPrivate(Path folder) throws IOException {
        if (!folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createDirectories(folder);
            return;
        }
        Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        requireOwnership(folder);
    }

    /** In a folder that all may write to, somebody else could have made it before us, to change our votes. */
    private static void requireOwnership(Path folder) throws IOException {
        PosixFileAttributes attributes = Files.readAttributes(folder, PosixFileAttributes.class);
        Path ours = Files.createTempFile(folder, "whose", null);
        UserPrincipal self = Files.getOwner(ours);
        Files.delete(ours);
        if (attributes.permissions().contains(PosixFilePermission.OTHERS_WRITE)
                || !attributes.owner().equals(self)) {
            throw new IOException(folder + " belongs to " + attributes.owner().getName() + " with "
                    + PosixFilePermissions.toString(attributes.permissions()));
        }
    }

    public Path journalFile() {
        return path.resolve("journal");
    }

    /**
     * Higher than that of all starts before. It follows the wall clock where it can, so that it still grows if the
     * folder was lost.
     */
    public long nextIncarnation(Instant now) throws IOException {
        Path file = path.resolve("starts");
        long last = 0;
        if (Files.exists(file)) {
            String text = Files.readString(file).strip();
            try {
                last = Long.parseLong(text);
            } catch (NumberFormatException _) {
                throw new IOException(file + " holds \"" + text + "\", not the number of a start; remove " + path
                        + " to let this node begin anew");
            }
        }
        long next = Math.max(last + 1, now.toEpochMilli());
        Path fresh = path.resolve("starts.new");
        Files.writeString(
                fresh,
                next + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.SYNC);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        return next;
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
