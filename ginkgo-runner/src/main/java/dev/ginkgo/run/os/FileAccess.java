package dev.ginkgo.run.os;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What another user may do with a file, by owner, group and mode of it and of the folders above it. Root asks this
 * for the one whom he hands over to. Supplementary groups and access lists are not looked at, so that a no may be
 * one too many: good enough for a warning.
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

    /** Of whom this speaks. */
    public String name() {
        return name;
    }

    /** Whether he could read that file. */
    public boolean canRead(Path file) {
        return canTraverse(file) && isPermitted(file, READ);
    }

    /** Whether he could make and remove files in that folder. */
    public boolean canModify(Path folder) {
        return canTraverse(folder) && isPermitted(folder, WRITE | ENTER);
    }

    /** Whether he could enter that folder. */
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
