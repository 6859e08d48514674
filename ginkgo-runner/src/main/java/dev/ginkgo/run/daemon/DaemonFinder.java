package dev.ginkgo.run.daemon;

import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ExitCode;
import dev.ginkgo.run.output.Suggestions;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds daemons by their pidfiles in the folders of this user, without loading their programs. */
public final class DaemonFinder {
    private static final String SUFFIX = ".pid";

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

    /** Finds the daemon that owns a pidfile. */
    public Optional<DaemonHandle> ofPidFile(Path file) {
        return read(file);
    }

    /** Returns all daemons of this user, running or not, ordered by name. */
    public List<DaemonHandle> all() {
        try (Stream<Path> files = Files.list(runtimeDirs.pids())) {
            return files.filter(file -> file.toString().endsWith(SUFFIX))
                    .sorted()
                    .flatMap(file -> read(file).stream())
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
        Optional<DaemonHandle> own = read(runtimeDirs.pids().resolve(name + SUFFIX));
        return own.isPresent() ? own : read(RuntimeDirs.system().resolve(name + SUFFIX));
    }

    private Optional<DaemonHandle> read(Path file) {
        try {
            Optional<DaemonRecord> daemonRecord = PidFile.read(file);
            if (daemonRecord.isEmpty()) {
                return Optional.empty();
            }
            return Optional.of(new DaemonHandle(file, daemonRecord.get(), RuntimeDirs.isOwnedByUser(file)));
        } catch (AccessDeniedException e) {
            throw new CommandException(ExitCode.UNKNOWN, "cannot read " + file + ": it belongs to another user");
        } catch (IOException e) {
            throw new CommandException(ExitCode.UNKNOWN, file + " is not a pidfile of ginkgo: " + e.getMessage());
        }
    }
}
