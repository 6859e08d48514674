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

/** Finds daemons by what they leave in the folders of this user; nothing of theirs is loaded. */
public final class DaemonFinder {
    private static final String SUFFIX = ".pid";

    private final CommandContext commandContext;
    private final RuntimeDirs runtimeDirs;

    public DaemonFinder(CommandContext commandContext) {
        this.commandContext = commandContext;
        this.runtimeDirs = RuntimeDirs.of(commandContext.environment());
    }

    /**
     * The daemon that a word means, running or not: by its name, or by its target.
     *
     * @throws CommandException if the word means another program than the one that has its name
     */
    public Optional<DaemonHandle> find(String word) {
        if (DaemonNames.isName(word)) {
            Optional<DaemonHandle> named = findByName(word);
            if (named.isPresent()) {
                return named;
            }
        }
        Optional<DaemonHandle> found = findByName(DaemonNames.of(word));
        found.map(DaemonHandle::daemonRecord)
                .filter(daemonRecord -> DaemonNames.isFile(word))
                .filter(daemonRecord ->
                        !daemonRecord.targetId().equals(DaemonNames.targetId(word, commandContext.directory())))
                .ifPresent(daemonRecord -> {
                    throw new CommandException(
                            ExitCode.NOT_RUNNING,
                            word + " is not running; " + DaemonHandle.description(daemonRecord)
                                    + " is another program of that name");
                });
        return found;
    }

    /** The one whose pidfile that is. */
    public Optional<DaemonHandle> ofPidFile(Path file) {
        return read(file);
    }

    /** All of this user that have been started, by name. */
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

    /** What to say of a word that means none. */
    public CommandException notRunning(String word) {
        List<String> running = all().stream()
                .filter(DaemonHandle::isAlive)
                .map(DaemonHandle::name)
                .toList();
        Optional<String> meant = Suggestions.closest(word, running);
        return new CommandException(
                ExitCode.NOT_RUNNING,
                word + " is not running"
                        + meant.map(name -> "; did you mean " + name + "?").orElse("")
                        + (running.isEmpty() ? "; nothing is" : "; running: " + String.join(", ", running)));
    }

    private Optional<DaemonHandle> findByName(String name) {
        Optional<DaemonHandle> own = read(runtimeDirs.pids().resolve(name + SUFFIX));
        return own.isPresent() ? own : read(RuntimeDirs.system().resolve(name + SUFFIX));
    }

    private Optional<DaemonHandle> read(Path file) {
        try {
            Optional<DaemonRecord> card = PidFile.read(file);
            if (card.isEmpty()) {
                return Optional.empty();
            }
            return Optional.of(new DaemonHandle(file, card.get(), RuntimeDirs.isOwnedByUser(file)));
        } catch (AccessDeniedException e) {
            throw new CommandException(ExitCode.UNKNOWN, file + " belongs to another user, and may not be read");
        } catch (IOException e) {
            throw new CommandException(ExitCode.UNKNOWN, file + " is no pidfile of ginkgo's: " + e.getMessage());
        }
    }
}
