package dev.ginkgo.hub.auth;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * File that is read again when it has changed: its modification time, its length or, after a rename or in a mounted Secret
 * of Kubernetes, its identity. A changed file is read when two calls in a row have found it the same, because a program that
 * writes it in place may not have finished. Used by one thread at a time.
 */
public final class WatchedFile {
    private static final long MAX_BYTES = 16L * 1024 * 1024;

    private final Path path;
    private @Nullable Version read;
    private @Nullable Version lastSeen;
    private boolean hasBeenRead;

    private record Version(
            FileTime modified, long size, @Nullable Object identity) {}

    /** Creates a watch that has not read the file yet. */
    public WatchedFile(Path path) {
        this.path = requireNonNull(path, "path is null");
    }

    /**
     * Returns the content if the file has not been read yet, or if it has changed since then and has been the same in this
     * call and the last one.
     *
     * @throws IOException if the file cannot be read; it counts as changed then
     */
    public Optional<byte[]> readIfChanged() throws IOException {
        try {
            Version found = version();
            boolean stable = !hasBeenRead || found.equals(lastSeen);
            lastSeen = found;
            if (!stable || found.equals(read)) {
                return Optional.empty();
            }
            if (found.size > MAX_BYTES) {
                throw new IOException(path + " is longer than 16 MiB");
            }
            byte[] content = Files.readAllBytes(path);
            if (hasBeenRead && !found.equals(version())) {
                return Optional.empty(); // is being written
            }
            hasBeenRead = true;
            read = found; // of before the content: a change in between is noticed by the next call
            return Optional.of(content);
        } catch (NoSuchFileException e) {
            read = null;
            throw new IOException(path + " does not exist; create it, or correct its path in the configuration", e);
        } catch (AccessDeniedException e) {
            read = null;
            throw new IOException(path + " cannot be read by this user; check its owner and mode", e);
        } catch (IOException e) {
            read = null;
            throw e;
        }
    }

    private Version version() throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
        return new Version(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
    }

    /** Returns the path of the file. */
    public Path path() {
        return path;
    }
}
