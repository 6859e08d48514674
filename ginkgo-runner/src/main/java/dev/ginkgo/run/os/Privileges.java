package dev.ginkgo.run.os;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The user and group that a process started by root goes on as, once its listeners are bound and its log is open.
 *
 * <p>The order is that of every daemon: supplementary groups, group, user, because each step takes away the right to
 * the one before. The functions of the C library reach all threads, those of the JVM too; that they did is read from
 * {@code /proc}, and that there is no way back is tried. Linux only, as the check is.
 */
public final class Privileges {
    private static final Path PROC = Path.of("/proc/self");

    private final Libc libc;
    private final UserDatabase.User user;
    private final int group;
    private final boolean isCurrentUser;

    private Privileges(Libc libc, UserDatabase.User user, int group, boolean held) {
        this.libc = libc;
        this.user = user;
        this.group = group;
        this.isCurrentUser = held;
    }

    /**
     * Finds out as whom to go on; changes nothing.
     *
     * @param user a name, or a number that has a name
     * @param group a name or number; empty for the user's primary group
     * @param platform the name of the operating system, as {@code os.name} has it
     * @throws OsException if there is no such user or group, if this process may not become that user, or if the
     *     platform cannot
     */
    public static Privileges to(String user, String group, String platform) throws OsException {
        if (!platform.equals("Linux")) {
            throw new OsException(
                    OsException.Kind.CONFIGURATION,
                    "ginkgo.user works on Linux only, and this is " + platform
                            + "; leave it out, and start the service as the user that it should run as");
        }
        if (user.isEmpty()) {
            throw new OsException(
                    OsException.Kind.CONFIGURATION, "ginkgo.group needs ginkgo.user: say who is to be in that group");
        }
        Libc libc = new Libc();
        UserDatabase userDatabase = new UserDatabase(libc);
        UserDatabase.User found = userDatabase
                .user(user)
                .orElseThrow(() -> unknown("ginkgo.user: there is no user " + user, "getent passwd"));
        int groupId = group.isEmpty()
                ? found.group()
                : userDatabase
                        .group(group)
                        .orElseThrow(() -> unknown("ginkgo.group: there is no group " + group, "getent group"));
        int now = libc.require("geteuid");
        boolean same = now == found.id() && libc.require("getegid") == groupId;
        if (found.id() == 0 && now == 0) {
            throw new OsException(
                    OsException.Kind.CONFIGURATION,
                    "ginkgo.user = \"" + user
                            + "\" is root, who keeps every right; name another user, or leave it out");
        }
        if (!same && now != 0) {
            throw new OsException(
                    OsException.Kind.PERMISSION,
                    "ginkgo.user = \"" + user + "\": only root can go on as somebody else; start it as root, or leave"
                            + " ginkgo.user and ginkgo.group out");
        }
        return new Privileges(libc, found, groupId, same);
    }

    private static OsException unknown(String what, String command) {
        return new OsException(OsException.Kind.CONFIGURATION, what + " on this machine; " + command + " lists them");
    }

    /** Whether this process acts as that user already, so that there is nothing to do. */
    public boolean isCurrentUser() {
        return isCurrentUser;
    }

    /** Makes a file or folder the user's, so that he can write to it, open it again and remove it. */
    public void changeOwner(Path file) throws OsException {
        if (isCurrentUser || !Files.exists(file)) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            Libc.Result result = libc.call("chown", arena.allocateFrom(file.toString()), user.id(), group);
            if (result.failed()) {
                throw new OsException(
                        OsException.Kind.FAILURE,
                        file + " cannot be given to " + user.name() + ": " + libc.errorText(result.errno()));
            }
        }
    }

    /** What the user will be able to do with files. Only root's own view may be another before {@link #drop}. */
    public FileAccess access() {
        return new FileAccess(user.name(), user.id(), group);
    }

    /**
     * Goes on as that user, for good and on every thread.
     *
     * @throws OsException if a step failed, a thread was left behind, or root could be had again: then the process
     *     must end
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
        for (Map.Entry<String, Integer> way : Map.of("setuid", user.id(), "seteuid", user.id(), "setegid", group)
                .entrySet()) {
            if (way.getValue() != 0 && !libc.call(way.getKey(), 0).failed()) {
                throw new OsException(
                        OsException.Kind.FAILURE,
                        way.getKey() + "(0) succeeded after " + user.name() + " had taken over; root could come back");
            }
        }
        new ThreadCredentials(PROC).require(user.id(), group);
    }

    /** {@code nobody (user 65534, group 65534)}. */
    @Override
    public String toString() {
        return user.name() + " (user " + Integer.toUnsignedString(user.id()) + ", group "
                + Integer.toUnsignedString(group) + ")";
    }
}
