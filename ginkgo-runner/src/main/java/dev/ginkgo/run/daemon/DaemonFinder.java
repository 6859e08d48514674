package dev.ginkgo.run.daemon;

import dev.ginkgo.run.os.EffectiveUser;
import dev.ginkgo.run.os.OpenFile;
import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ExitCode;
import dev.ginkgo.run.output.Suggestions;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds daemons by their pidfiles in the folders of this user, without loading their programs. */
public final class DaemonFinder {
    private static final String SUFFIX = ".pid";
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    private final CommandContext commandContext;
    private final RuntimeDirs runtimeDirs;

    public DaemonFinder(CommandContext commandContext) {
        this.commandContext = commandContext;
        this.runtimeDirs = RuntimeDirs.of(commandContext.environment());
    }

    /**
     * Finds a daemon, running or not, by name or target.
     *
     * @throws CommandException if the daemon of that name was started from another target
     */
    public Optional<DaemonHandle> find(String nameOrTarget) {
        if (DaemonNames.isName(nameOrTarget)) {
            Optional<DaemonHandle> named = findByName(nameOrTarget);
            if (named.isPresent()) {
                return named;
            }
        }
        Optional<DaemonHandle> found = findByName(DaemonNames.of(nameOrTarget));
        found.map(DaemonHandle::daemonRecord)
                .filter(daemonRecord -> DaemonNames.isFile(nameOrTarget))
                .filter(daemonRecord ->
                        !daemonRecord.targetId().equals(DaemonNames.targetId(nameOrTarget, commandContext.directory())))
                .ifPresent(daemonRecord -> {
                    throw new CommandException(
                            ExitCode.NOT_RUNNING,
                            nameOrTarget + " is not running; another program has that name: "
                                    + DaemonHandle.description(daemonRecord));
                });
        return found;
    }

    /**
     * Finds the daemon that owns a pidfile. The file may be in a folder that another user can change; as root, its owner and
     * its content are therefore read from one descriptor.
     */
    public Optional<DaemonHandle> ofPidFile(Path file) {
        if (EffectiveUser.id() != 0 || !Files.exists(DESCRIPTORS)) {
            return read(file, file);
        }
        try {
            Optional<OpenFile> found = OpenFile.of(file.toAbsolutePath());
            if (found.isEmpty()) {
                return Optional.empty();
            }
            try (OpenFile open = found.get()) {
                if (!open.isRegularFile()) {
                    throw new CommandException(
                            ExitCode.UNKNOWN, file + " is not a regular file; give the pidfile itself");
                }
                return read(file, open.path());
            }
        } catch (IOException e) {
            throw new CommandException(ExitCode.UNKNOWN, String.valueOf(e.getMessage()));
        }
    }

    /** Returns all daemons of this user, running or not, ordered by name. */
    public List<DaemonHandle> all() {
        try (Stream<Path> files = Files.list(runtimeDirs.pids())) {
            return files.filter(file -> file.toString().endsWith(SUFFIX))
                    .sorted()
                    .flatMap(file -> read(file, file).stream())
                    .toList();
        } catch (IOException e) {
            return List.of(); // no folder, no daemons
        }
    }

    /** Returns the error for a name or target without a running daemon, with suggestions. */
    public CommandException notRunning(String nameOrTarget) {
        List<String> running = all().stream()
                .filter(DaemonHandle::isAlive)
                .map(DaemonHandle::name)
                .toList();
        Optional<String> suggestion = Suggestions.closest(nameOrTarget, running);
        return new CommandException(
                ExitCode.NOT_RUNNING,
                nameOrTarget + " is not running"
                        + suggestion.map(name -> "; did you mean " + name + "?").orElse("")
                        + (running.isEmpty() ? "; no daemon is" : "; running: " + String.join(", ", running)));
    }

    private Optional<DaemonHandle> findByName(String name) {
        Path own = runtimeDirs.pids().resolve(name + SUFFIX);
        Path system = RuntimeDirs.system().resolve(name + SUFFIX);
        Optional<DaemonHandle> found = read(own, own);
        return found.isPresent() ? found : read(system, system);
    }

    /** @param content a path to read the pidfile by, which may be a descriptor of it */
    private static Optional<DaemonHandle> read(Path file, Path content) {
        try {
            Optional<DaemonRecord> daemonRecord = PidFile.read(content);
            if (daemonRecord.isEmpty()) {
                return Optional.empty();
            }
            boolean permitted = isPermitted(content, daemonRecord.get().process());
            return Optional.of(new DaemonHandle(file, daemonRecord.get(), permitted));
        } catch (AccessDeniedException e) {
            throw new CommandException(ExitCode.UNKNOWN, "cannot read " + file + ": it belongs to another user");
        } catch (IOException e) {
            throw new CommandException(ExitCode.UNKNOWN, file + " is not a pidfile of ginkgo: " + e.getMessage());
        }
    }

    /**
     * Returns whether this user may act on the process. Root may if the pidfile belongs to root or to the user of the
     * process: any other user could have written the pid of any process into it.
     */
    private static boolean isPermitted(Path content, ProcessIdentity process) throws IOException {
        if (EffectiveUser.id() != 0) {
            return RuntimeDirs.isOwnedByUser(content);
        }
        if (Files.getPosixFilePermissions(content).contains(PosixFilePermission.OTHERS_WRITE)) {
            return false;
        }
        return (int) Files.getAttribute(content, "unix:uid") == 0
                || process.user().equals(Optional.of(Files.getOwner(content).getName()));
    }
}
