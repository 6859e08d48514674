package dev.ginkgo.run.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Opens a file as root and gives it to another user, who may be able to change the folders above it. The path is
 * resolved one name at a time, each relative to the descriptor of its folder. A symbolic link is followed only if root
 * alone can change the folder that contains it; otherwise the user could make root open, create or give away any file.
 */
final class UserFileOpener {
    private static final int MAX_LINKS = 40; // as in the kernel

    private final Libc libc;
    private final int user;
    private final int group;

    UserFileOpener(Libc libc, int user, int group) {
        this.libc = libc;
        this.user = user;
        this.group = group;
    }

    /**
     * Opens the file, which is created if necessary, like the folders above it. What is created is given to the user at
     * once; other folders keep their owner.
     *
     * @param absolute the file
     * @return the open file, which the user owns
     * @throws OsException if there is a symbolic link that the user could have created, or if the file is not a regular
     *     file with one name that root or the user owns
     */
    OpenFile open(Path absolute) throws IOException {
        Deque<String> names = new ArrayDeque<>();
        push(names, absolute.getNameCount() == 0 ? absolute.resolve(".") : absolute);
        OpenFile folder = OpenFile.root(libc);
        try {
            for (int links = 0; names.size() > 1; ) {
                String name = names.pop();
                Optional<OpenFile> found = folder.child(name);
                OpenFile next = found.isPresent() ? found.get() : createFolder(folder, name);
                if (next.isSymbolicLink()) {
                    next.close();
                    next = follow(folder, name, names, ++links);
                }
                if (next != folder) {
                    folder.close();
                    folder = next;
                }
            }
            return openFile(folder, names.pop());
        } finally {
            folder.close();
        }
    }

    private OpenFile createFolder(OpenFile folder, String name) throws IOException {
        OpenFile created = folder.createFolder(name);
        try (Stream<Path> content = created.isFolder() ? Files.list(created.path()) : Stream.empty()) {
            // Another folder may have been moved there; an empty one of root gives nothing away.
            if (!created.isFolder() || created.owner() != 0 || content.findAny().isPresent()) {
                throw rejected(folder, name, "was replaced after it was created");
            }
            created.changeOwner(user, group);
            return created;
        } catch (IOException e) {
            created.close();
            throw e;
        }
    }

    /** Replaces the name of a link by the names of its target, and returns the folder that they are relative to. */
    private OpenFile follow(OpenFile folder, String name, Deque<String> names, int links) throws IOException {
        if (!folder.isWritableByRootOnly() || links > MAX_LINKS) {
            throw rejected(
                    folder, name, "is a symbolic link that another user than root could have created; use its target");
        }
        Path target = Files.readSymbolicLink(folder.path().resolve(name));
        push(names, target);
        return target.isAbsolute() ? OpenFile.root(libc) : folder;
    }

    private OpenFile openFile(OpenFile folder, String name) throws IOException {
        Optional<OpenFile> found = folder.child(name);
        OpenFile file = found.isPresent() ? found.get() : folder.createFile(name);
        try {
            if (file.isSymbolicLink()) {
                throw rejected(folder, name, "is a symbolic link; use its target");
            }
            if (!file.isRegularFile()) {
                throw rejected(folder, name, "is not a regular file");
            }
            if (file.owner() != 0 && file.owner() != user) {
                throw rejected(folder, name, "belongs to user " + Integer.toUnsignedString(file.owner()));
            }
            if (file.names() != 1) {
                throw rejected(folder, name, "has " + file.names() + " names (hard links); remove the others");
            }
            file.changeOwner(user, group);
            return file;
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    private static OsException rejected(OpenFile folder, String name, String reason) {
        return new OsException(
                OsException.Kind.CONFIGURATION,
                "log file rejected, because root would give it to the user of the process: " + folder + "/" + name + " "
                        + reason);
    }

    private static void push(Deque<String> names, Path path) {
        for (int i = path.getNameCount() - 1; i >= 0; i--) {
            names.push(path.getName(i).toString());
        }
    }
}
