package dev.ginkgo.run.os;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * File permissions of another user, computed from the owner, group and mode of a file and of the folders above it. A
 * process started by root uses this before it switches to that user. Supplementary groups and access control lists are
 * ignored, so access may be reported as denied although it is permitted; the result is good enough for a warning.
 */
public final class FileAccess {
    private static final int READ = 4;
    private static final int WRITE = 2;
    private static final int ENTER = 1;

    private final String name;
    private final int user;
    private final int group;

    FileAccess(String name, int user, int group) {
        this.name = name;
        this.user = user;
        this.group = group;
    }

    /** Returns the name of the user. */
    public String name() {
        return name;
    }

    /** Returns whether the user can read the file. */
    public boolean canRead(Path file) {
        return canTraverse(file) && isPermitted(file, READ);
    }

    /** Returns whether the user can create and delete files in the folder. */
    public boolean canModify(Path folder) {
        return canTraverse(folder) && isPermitted(folder, WRITE | ENTER);
    }

    /** Returns whether the user can enter the folder. */
    public boolean canEnter(Path folder) {
        return canTraverse(folder) && isPermitted(folder, ENTER);
    }

    private boolean canTraverse(Path file) {
        for (Path above = file.toAbsolutePath().getParent(); above != null; above = above.getParent()) {
            if (!isPermitted(above, ENTER)) {
                return false;
            }
        }
        return true;
    }

    private boolean isPermitted(Path file, int wanted) {
        try {
            int shift = number(file, "uid") == user ? 6 : number(file, "gid") == group ? 3 : 0;
            return user == 0 || (number(file, "mode") >> shift & wanted) == wanted;
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    private static int number(Path file, String attribute) throws IOException {
        return (Integer) requireNonNull(Files.getAttribute(file, "unix:" + attribute));
    }
}
