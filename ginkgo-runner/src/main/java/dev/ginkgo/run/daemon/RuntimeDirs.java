package dev.ginkgo.run.daemon;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import dev.ginkgo.run.os.EffectiveUser;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Folders for the files of a user's daemons. Pidfiles and logs are in {@code $XDG_STATE_HOME/ginkgo}, by default {@code
 * ~/.local/state/ginkgo}, where they survive a logout. Only control sockets are in {@code $XDG_RUNTIME_DIR}, because
 * systemd empties that folder at the end of the last session while the daemon keeps running; the daemon recreates its
 * socket. Root uses {@code /run/ginkgo} and {@code /var/log/ginkgo}.
 *
 * @param pids folder of pidfiles
 * @param logs folder of logs
 * @param sockets folder of control sockets
 */
public record RuntimeDirs(Path pids, Path logs, Path sockets) {
    private static final Path SYSTEM = Path.of("/run/ginkgo");
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");

    /**
     * Returns the folders of the user that runs this process.
     *
     * @param environment the environment variables
     */
    public static RuntimeDirs of(Map<String, String> environment) {
        long user = EffectiveUser.id();
        Optional<Path> state = folder(environment, "XDG_STATE_HOME");
        Optional<Path> runtime = folder(environment, "XDG_RUNTIME_DIR");
        if (user == 0) {
            return new RuntimeDirs(
                    state.orElse(SYSTEM),
                    state.orElse(Path.of("/var/log/ginkgo")),
                    runtime.filter(folder -> state.isPresent()).orElse(SYSTEM));
        }
        Path home = Path.of(environment.getOrDefault("HOME", System.getProperty("user.home", "/")));
        Path stateDir = state.orElse(home.resolve(".local/state/ginkgo"));
        Path sessionDir = Path.of("/run/user/" + user);
        Path temporaryDir = Path.of(environment.getOrDefault("TMPDIR", "/tmp"), "ginkgo-" + user);
        return new RuntimeDirs(
                stateDir,
                stateDir,
                runtime.orElse(Files.isWritable(sessionDir) ? sessionDir.resolve("ginkgo") : temporaryDir));
    }

    /** Returns the folder of root's daemons, which every user can read. */
    public static Path system() {
        return SYSTEM;
    }

    /**
     * Creates a folder private to this user, or verifies an existing one.
     *
     * @throws IOException if it cannot be created, is a symbolic link, belongs to another user, or is world-writable
     */
    public static Path prepare(Path folder) throws IOException {
        Path parent = folder.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        if (!Files.exists(folder, NOFOLLOW_LINKS)) {
            try {
                Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
            } catch (FileAlreadyExistsException e) {
                // created by a concurrent start; its owner is checked below
            }
            if (folder.equals(SYSTEM)) { // files in it have modes of their own
                Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
        if (!Files.isDirectory(folder, NOFOLLOW_LINKS)) {
            throw new IOException(folder + " is not a folder; remove it");
        }
        if ((int) Files.getAttribute(folder, "unix:uid") != EffectiveUser.id()) {
            throw new IOException(folder + " belongs to " + Files.getOwner(folder)
                    + "; set XDG_STATE_HOME and XDG_RUNTIME_DIR to folders of your own");
        }
        if (Files.getPosixFilePermissions(folder).contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new IOException(folder + " is writable by all users; run chmod 700 " + folder);
        }
        return folder;
    }

    /** Returns whether the file belongs to the user of this process, or that user is root. */
    public static boolean isOwnedByUser(Path file) throws IOException {
        long user = EffectiveUser.id();
        return user == 0 || (int) Files.getAttribute(file, "unix:uid") == user;
    }

    private static Optional<Path> folder(Map<String, String> environment, String variable) {
        return Optional.ofNullable(environment.get(variable))
                .map(Path::of)
                .filter(Path::isAbsolute) // as the XDG specification requires
                .map(folder -> folder.resolve("ginkgo"));
    }
}
