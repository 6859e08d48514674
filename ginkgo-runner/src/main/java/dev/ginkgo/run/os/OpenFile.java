package dev.ginkgo.run.os;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Descriptor of a file or folder. It denotes the same file even if another user replaces its path, so what was checked
 * is what is used. Symbolic links are opened themselves, never followed. Linux only: uses {@code O_PATH} (open(2)) and
 * {@code /proc/self/fd}.
 */
public final class OpenFile implements AutoCloseable {
    private static final int O_WRONLY = 01;
    private static final int O_CREAT = 0100;
    private static final int O_EXCL = 0200;
    private static final int O_APPEND = 02000;
    private static final int O_CLOEXEC = 02000000;
    private static final int O_PATH = 010000000;
    private static final int AT_FDCWD = -100;
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int TYPE_MASK = 0170000;
    private static final int FOLDER = 0040000;
    private static final int REGULAR = 0100000;
    private static final int LINK = 0120000;
    private static final int WRITABLE_BY_OTHERS = 0022;
    private static final int LOG_MODE = 0640;
    private static final int FOLDER_MODE = 0777;
    private static final int FIXED_ARGUMENTS_OF_OPENAT = 3;

    private final Libc libc;
    private final int descriptor;
    private final int mode;
    private final int owner;
    private final int names;

    private OpenFile(Libc libc, int descriptor) throws IOException {
        this.libc = libc;
        this.descriptor = descriptor;
        Map<String, Object> attributes = Files.readAttributes(path(), "unix:mode,uid,nlink");
        mode = (Integer) requireNonNull(attributes.get("mode"));
        owner = (Integer) requireNonNull(attributes.get("uid"));
        names = (Integer) requireNonNull(attributes.get("nlink"));
    }

    /**
     * Opens a file by an absolute path. Symbolic links in the path are followed, except in the last segment.
     *
     * @return empty if there is no such file
     */
    public static Optional<OpenFile> of(Path absolute) throws IOException {
        return open(new Libc(), AT_FDCWD, absolute.toString());
    }

    static OpenFile root(Libc libc) throws IOException {
        return open(libc, AT_FDCWD, "/").orElseThrow();
    }

    /** Opens a file in this folder; empty if there is none of that name. */
    Optional<OpenFile> child(String name) throws IOException {
        return open(libc, descriptor, name);
    }

    private static Optional<OpenFile> open(Libc libc, int folder, String name) throws IOException {
        Libc.Result result = openAt(libc, folder, name, O_PATH | noFollow() | O_CLOEXEC);
        if (result.failed() && result.errno() == Libc.ENOENT) {
            return Optional.empty();
        }
        return Optional.of(new OpenFile(libc, require(libc, result, name)));
    }

    /** Creates a file for appending, which must not exist. */
    OpenFile createFile(String name) throws IOException {
        int flags = O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC;
        return new OpenFile(libc, require(libc, openAt(libc, descriptor, name, flags), this + "/" + name));
    }

    /** Creates a folder, which must not exist. */
    OpenFile createFolder(String name) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            require(libc, libc.call("mkdirat", descriptor, arena.allocateFrom(name), FOLDER_MODE), this + "/" + name);
        }
        return child(name).orElseThrow(() -> new IOException(this + "/" + name + " was deleted after it was created"));
    }

    void changeOwner(int user, int group) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            Libc.Result result = libc.call("fchownat", descriptor, arena.allocateFrom(""), user, group, AT_EMPTY_PATH);
            if (result.failed()) {
                throw new OsException(
                        OsException.Kind.FAILURE,
                        "cannot change the owner of " + this + ": " + libc.errorText(result.errno()));
            }
        }
    }

    /** Returns a path that denotes this file as long as it is open. */
    public Path path() {
        return Path.of("/proc/self/fd/" + descriptor);
    }

    /** Returns the id of the user that owns the file. */
    int owner() {
        return owner;
    }

    /** Returns the number of hard links. */
    int names() {
        return names;
    }

    /** Returns whether this is a regular file, and not a folder, link, device, socket or pipe. */
    public boolean isRegularFile() {
        return (mode & TYPE_MASK) == REGULAR;
    }

    boolean isFolder() {
        return (mode & TYPE_MASK) == FOLDER;
    }

    boolean isSymbolicLink() {
        return (mode & TYPE_MASK) == LINK;
    }

    /** Returns whether the file belongs to root, and neither its group nor others can write to it. */
    boolean isWritableByRootOnly() {
        return owner == 0 && (mode & WRITABLE_BY_OTHERS) == 0;
    }

    @Override
    public void close() {
        libc.call("close", descriptor);
    }

    /** Returns the path by which the file is known now. */
    @Override
    public String toString() {
        try {
            String known = Files.readSymbolicLink(path()).toString();
            return known.equals("/") ? "" : known;
        } catch (IOException e) {
            return path().toString();
        }
    }

    private static Libc.Result openAt(Libc libc, int folder, String name, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            return libc.callVariadic(
                    FIXED_ARGUMENTS_OF_OPENAT, "openat", folder, arena.allocateFrom(name), flags, LOG_MODE);
        }
    }

    private static int require(Libc libc, Libc.Result result, String file) throws OsException {
        if (result.failed()) {
            throw new OsException(
                    OsException.Kind.CONFIGURATION, "cannot open " + file + ": " + libc.errorText(result.errno()));
        }
        return Math.toIntExact(result.value());
    }

    /** Returns {@code O_NOFOLLOW}, which has a value of its own on some architectures. */
    private static int noFollow() {
        return Set.of("aarch64", "arm", "ppc64", "ppc64le").contains(System.getProperty("os.arch")) ? 0100000 : 0400000;
    }
}
