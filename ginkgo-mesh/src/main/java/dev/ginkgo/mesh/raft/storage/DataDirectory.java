package dev.ginkgo.mesh.raft.storage;

import dev.ginkgo.config.Address;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Directory with the persistent state of one node: its last incarnation and its Raft log. A file lock ensures that one
 * process at a time uses it: two processes with the same votes would be two voters with one name.
 */
public final class DataDirectory implements Closeable {
    private final Path path;
    private final FileChannel lock;

    private DataDirectory(Path directory, FileChannel lock) {
        this.path = directory;
        this.lock = lock;
    }

    /**
     * Returns the parent directory for nodes that have none configured: {@code $XDG_STATE_HOME/ginkgo/PROJECT}, by
     * default {@code ~/.local/state/ginkgo/PROJECT}. The project is the working directory, so that nodes of different
     * projects do not use each other's votes.
     */
    public static Path defaultParent(Map<String, String> environment, Path home, Path workingDirectory) {
        String configured = environment.getOrDefault("XDG_STATE_HOME", "");
        // a relative path is invalid according to the XDG Base Directory Specification
        Path stateHome =
                Path.of(configured).isAbsolute() ? Path.of(configured) : home.resolve(Path.of(".local", "state"));
        Path project = workingDirectory.toAbsolutePath().normalize();
        Path name = project.getFileName();
        CRC32C hash = new CRC32C();
        hash.update(project.toString().getBytes(StandardCharsets.UTF_8));
        return stateHome
                .resolve("ginkgo")
                .resolve((name == null ? "root" : name) + "-" + HexFormat.of().toHexDigits((int) hash.getValue()));
    }

    /**
     * Opens and locks a node's directory below {@code parent}. Creates both if they do not exist, accessible only by
     * this user.
     *
     * @throws IOException if the directory cannot be used; the message says why and what to do
     */
    public static DataDirectory open(Path parent, Address identity) throws IOException {
        Path directory = parent.resolve(identity.toString().replaceAll("[^A-Za-z0-9.]", "-"));
        try {
            createPrivate(directory);
        } catch (IOException e) {
            throw new IOException(
                    "cannot store the state of this node in " + directory + ": " + e.getMessage()
                            + "; set cluster.data-dir to a directory that only this user can write to",
                    e);
        }
        FileChannel lock =
                FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (tryLock(lock) == null) {
            lock.close();
            throw new IOException("another process runs the node " + identity + ": it has locked " + directory
                    + "; stop that process, or set a different cluster.identity for this one");
        }
        return new DataDirectory(directory, lock);
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException _) {
            return null; // locked by this process
        }
    }

    private static void createPrivate(Path directory) throws IOException {
        if (!directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createDirectories(directory);
            return;
        }
        Files.createDirectories(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        requireOwnership(directory);
    }

    /**
     * Checks owner and permissions. If the parent is writable by all users, another user could have created the
     * directory first to manipulate the votes.
     */
    private static void requireOwnership(Path directory) throws IOException {
        PosixFileAttributes attributes = Files.readAttributes(directory, PosixFileAttributes.class);
        Path probe = Files.createTempFile(directory, "whose", null);
        UserPrincipal self = Files.getOwner(probe);
        Files.delete(probe);
        if (attributes.permissions().contains(PosixFilePermission.OTHERS_WRITE)
                || !attributes.owner().equals(self)) {
            throw new IOException(
                    directory + " is owned by " + attributes.owner().getName() + " with permissions "
                            + PosixFilePermissions.toString(attributes.permissions()));
        }
    }

    /** Returns the file of the Raft log. */
    public Path journalFile() {
        return path.resolve("journal");
    }

    /**
     * Returns an incarnation higher than all previous ones of this node, and stores it. It is the wall clock in
     * milliseconds where possible, so that it still increases if the directory was lost.
     */
    public long nextIncarnation(Instant now) throws IOException {
        Path file = path.resolve("starts");
        long last = 0;
        if (Files.exists(file)) {
            String text = Files.readString(file).strip();
            try {
                last = Long.parseLong(text);
            } catch (NumberFormatException _) {
                throw new IOException(file + " contains \"" + text + "\" instead of an incarnation number; delete "
                        + path + " to let this node start without previous state");
            }
        }
        long next = Math.max(last + 1, now.toEpochMilli());
        Path newFile = path.resolve("starts.new");
        try {
            Files.writeString(
                    newFile,
                    next + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.SYNC);
            Files.move(newFile, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new IOException(
                    "cannot write " + newFile + ": " + e.getMessage()
                            + "; free disk space, or set cluster.data-dir to another directory",
                    e);
        }
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
