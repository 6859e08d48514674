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
 * Where a user's daemons are kept. Pidfiles and logs lie where they outlive a logout ({@code $XDG_STATE_HOME/ginkgo},
 * by default {@code ~/.local/state/ginkgo}), for systemd empties {@code $XDG_RUNTIME_DIR} at the end of the last
 * session while the daemon lives on; there are only the sockets, which the daemon makes anew. Root has {@code
 * /run/ginkgo} and {@code /var/log/ginkgo}.
 *
 * @param pids for pidfiles
 * @param logs for logs
 * @param sockets for control sockets
 */
public record RuntimeDirs(Path pids, Path logs, Path sockets) {
    private static final Path SYSTEM = Path.of("/run/ginkgo");
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");

    /**
     * Of the user that runs this process.
     *
     * @param environment its environment variables
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
        Path kept = state.orElse(home.resolve(".local/state/ginkgo"));
        Path sessions = Path.of("/run/user/" + user);
        Path temporary = Path.of(environment.getOrDefault("TMPDIR", "/tmp"), "ginkgo-" + user);
        return new RuntimeDirs(
                kept, kept, runtime.orElse(Files.isWritable(sessions) ? sessions.resolve("ginkgo") : temporary));
    }

    /** Root's, in which everybody may see what runs. */
    public static Path system() {
        return SYSTEM;
    }

    /**
     * Makes a folder that is this user's alone, or finds that it is.
     *
     * @throws IOException if it cannot be made, is a link, or belongs to somebody else
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
                // by another start at the same moment; whose it is, is looked at below
            }
            if (folder.equals(SYSTEM)) { // what lies in it says for each file who may read it
                Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
        if (!Files.isDirectory(folder, NOFOLLOW_LINKS)) {
            throw new IOException(folder + " is no folder; remove it");
        }
        if ((int) Files.getAttribute(folder, "unix:uid") != EffectiveUser.id()) {
            throw new IOException(folder + " belongs to " + Files.getOwner(folder)
                    + "; set XDG_STATE_HOME and XDG_RUNTIME_DIR to folders of your own");
        }
        if (Files.getPosixFilePermissions(folder).contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new IOException(folder + " can be written by everybody; chmod 700 " + folder);
        }
        return folder;
    }

    /** Whether a file belongs to the user of this process, or he is root. */
    public static boolean isOwnedByUser(Path file) throws IOException {
        long user = EffectiveUser.id();
        return user == 0 || (int) Files.getAttribute(file, "unix:uid") == user;
    }

    private static Optional<Path> folder(Map<String, String> environment, String variable) {
        return Optional.ofNullable(environment.get(variable))
                .map(Path::of)
                .filter(Path::isAbsolute) // as the XDG specification asks
                .map(folder -> folder.resolve("ginkgo"));
    }
}
