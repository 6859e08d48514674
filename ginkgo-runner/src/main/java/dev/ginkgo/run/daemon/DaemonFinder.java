package dev.ginkgo.run;

import dev.ginkgo.run.daemon.Card;
import dev.ginkgo.run.daemon.Folders;
import dev.ginkgo.run.daemon.PidFile;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds daemons by what they leave in the folders of this user; nothing of theirs is loaded. */
final class Daemons {
    private static final String SUFFIX = ".pid";

    private final Terminal terminal;
    private final Folders folders;

    Daemons(Terminal terminal) {
        this.terminal = terminal;
        this.folders = Folders.of(terminal.environment());
    }

    /**
     * The daemon that a word means, running or not: by its name, or by its target.
     *
     * @throws Refusal if the word means another program than the one that has its name
     */
    Optional<Found> find(String word) {
        if (DaemonNames.isName(word)) {
            Optional<Found> named = named(word);
            if (named.isPresent()) {
                return named;
            }
        }
        Optional<Found> found = named(DaemonNames.of(word));
        found.map(Found::card)
                .filter(card -> DaemonNames.isFile(word))
                .filter(card -> !card.code().equals(DaemonNames.code(word, terminal.directory())))
                .ifPresent(card -> {
                    throw new Refusal(
                            ExitCode.NOT_RUNNING,
                            word + " is not running; " + Found.describe(card) + " is another program of that name");
                });
        return found;
    }

    /** The one whose pidfile that is. */
    Optional<Found> at(Path file) {
        return read(file);
    }

    /** All of this user that have been started, by name. */
    List<Found> all() {
        try (Stream<Path> files = Files.list(folders.pids())) {
            return files.filter(file -> file.toString().endsWith(SUFFIX))
                    .sorted()
                    .flatMap(file -> read(file).stream())
                    .toList();
        } catch (IOException e) {
            return List.of(); // no folder, no daemons
        }
    }

    /** What to say of a word that means none. */
    Refusal none(String word) {
        List<String> running =
                all().stream().filter(Found::isAlive).map(Found::name).toList();
        Optional<String> meant = Nearest.to(word, running);
        return new Refusal(
                ExitCode.NOT_RUNNING,
                word + " is not running"
                        + meant.map(name -> "; did you mean " + name + "?").orElse("")
                        + (running.isEmpty() ? "; nothing is" : "; running: " + String.join(", ", running)));
    }

    private Optional<Found> named(String name) {
        Optional<Found> own = read(folders.pids().resolve(name + SUFFIX));
        return own.isPresent() ? own : read(Folders.system().resolve(name + SUFFIX));
    }

    private Optional<Found> read(Path file) {
        try {
            Optional<Card> card = PidFile.read(file);
            if (card.isEmpty()) {
                return Optional.empty();
            }
            return Optional.of(new Found(file, card.get(), Folders.isOurs(file)));
        } catch (AccessDeniedException e) {
            throw new Refusal(ExitCode.UNKNOWN, file + " belongs to another user, and may not be read");
        } catch (IOException e) {
            throw new Refusal(ExitCode.UNKNOWN, file + " is no pidfile of ginkgo's: " + e.getMessage());
        }
    }
}
