package dev.ginkgo.run.os;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;

/**
 * User and group that a process started by root switches to, after its listeners are bound and its log is open.
 *
 * <p>The order is supplementary groups, group, user, because each step removes the privilege for the one before it. The
 * functions of the C library change all threads, including those of the JVM. Afterwards this class verifies through
 * {@code /proc} that every thread was changed, and that root cannot be regained. Linux only, because the verification
 * is.
 */
public final class Privileges {
    private static final Path PROC = Path.of("/proc/self");

    private final Libc libc;
    private final UserDatabase.User user;
    private final int group;
    private final boolean isCurrentUser;

    private Privileges(Libc libc, UserDatabase.User user, int group, boolean isCurrentUser) {
        this.libc = libc;
        this.user = user;
        this.group = group;
        this.isCurrentUser = isCurrentUser;
    }

    /**
     * Resolves user and group without changing anything.
     *
     * @param user a name, or the id of a user in the database
     * @param group a name or id; empty for the user's primary group
     * @param platform the operating system, as in {@code os.name}
     * @throws OsException if there is no such user or group, if this process cannot become that user, or if the platform
     *     does not support it
     */
    public static Privileges to(String user, String group, String platform) throws OsException {
        if (!platform.equals("Linux")) {
            throw new OsException(
                    OsException.Kind.CONFIGURATION,
                    "ginkgo.user is supported on Linux only, and this is " + platform
                            + "; remove it, and start the service as the user that it should run as");
        }
        if (user.isEmpty()) {
            throw new OsException(
                    OsException.Kind.CONFIGURATION, "ginkgo.group needs ginkgo.user: set both, or neither");
        }
        Libc libc = new Libc();
        UserDatabase userDatabase = new UserDatabase(libc);
        UserDatabase.User found =
                userDatabase.user(user).orElseThrow(() -> unknown("ginkgo.user: no user " + user, "getent passwd"));
        int groupId = group.isEmpty()
                ? found.group()
                : userDatabase
                        .group(group)
                        .orElseThrow(() -> unknown("ginkgo.group: no group " + group, "getent group"));
        int now = libc.require("geteuid");
        boolean same = now == found.id() && libc.require("getegid") == groupId;
        if (found.id() == 0 && now == 0) {
            throw new OsException(
                    OsException.Kind.CONFIGURATION,
                    "ginkgo.user = \"" + user
                            + "\" is root, which keeps all privileges; name another user, or remove it");
        }
        if (!same && now != 0) {
            throw new OsException(
                    OsException.Kind.PERMISSION,
                    "ginkgo.user = \"" + user + "\": only root can switch to another user; start as root, or remove"
                            + " ginkgo.user and ginkgo.group");
        }
        return new Privileges(libc, found, groupId, same);
    }

    private static OsException unknown(String what, String command) {
        return new OsException(OsException.Kind.CONFIGURATION, what + " on this machine; " + command + " lists them");
    }

    /** Returns whether this process already runs as that user and group, so that nothing has to be changed. */
    public boolean isCurrentUser() {
        return isCurrentUser;
    }

    /**
     * Opens a file for the user before the switch. It is created if necessary, like the folders above it, and given to
     * the user, who may be able to change those folders: a symbolic link that the user could have created is not
     * followed.
     *
     * @param absolute the file
     * @return a path that denotes the open file, whatever happens to the path of the file. It is valid until this process
     *     ends, because the descriptor is never closed: Logback opens the path again after a failed write.
     * @throws OsException if the path contains such a link, or if it does not denote a regular file with one name that root
     *     or the user owns
     */
    public Path openForUser(Path absolute) throws IOException {
        return new UserFileOpener(libc, user.id(), group).open(absolute).path();
    }

    /**
     * Changes the owner of a file to the user, so that it can be deleted later; a symbolic link is not followed. Only for
     * files in folders that the user cannot change.
     */
    public void changeOwner(Path file) throws OsException {
        if (isCurrentUser || !Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            Libc.Result result = libc.call("lchown", arena.allocateFrom(file.toString()), user.id(), group);
            if (result.failed()) {
                throw new OsException(
                        OsException.Kind.FAILURE,
                        "cannot change the owner of " + file + " to " + user.name() + ": "
                                + libc.errorText(result.errno()));
            }
        }
    }

    /** Returns the file permissions that this process will have after {@link #drop}. */
    public FileAccess access() {
        return new FileAccess(user.name(), user.id(), group);
    }

    /**
     * Switches all threads to the user and group, irrevocably.
     *
     * @throws OsException if a step failed, a thread was not changed, or root can be regained; the process must then exit
     */
    public void drop() throws IOException {
        if (isCurrentUser) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            libc.require("initgroups", arena.allocateFrom(user.name()), group);
        }
        libc.require("setgid", group);
        libc.require("setuid", user.id());
        for (Map.Entry<String, Integer> regain : Map.of("setuid", user.id(), "seteuid", user.id(), "setegid", group)
                .entrySet()) {
            if (regain.getValue() != 0 && !libc.call(regain.getKey(), 0).failed()) {
                throw new OsException(
                        OsException.Kind.FAILURE,
                        regain.getKey() + "(0) succeeded after the switch to " + user.name()
                                + "; root privileges can be regained");
            }
        }
        new ThreadCredentials(PROC).require(user.id(), group);
    }

    /** Returns, for example, {@code nobody (user 65534, group 65534)}. */
    @Override
    public String toString() {
        return user.name() + " (user " + Integer.toUnsignedString(user.id()) + ", group "
                + Integer.toUnsignedString(group) + ")";
    }
}
