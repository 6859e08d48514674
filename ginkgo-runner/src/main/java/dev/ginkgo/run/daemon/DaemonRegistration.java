package dev.ginkgo.run;

import dev.ginkgo.Time;
import dev.ginkgo.run.daemon.Card;
import dev.ginkgo.run.daemon.ControlServer;
import dev.ginkgo.run.daemon.Folders;
import dev.ginkgo.run.daemon.PidFile;
import dev.ginkgo.run.daemon.ProcessIdentity;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This process under a name, for others to find: it holds the lock of its pidfile until it ends, and answers at its
 * control socket. For the main thread, but for {@link #serve} which the housekeeping calls too, and a shutdown hook
 * that writes down the end if nobody else has.
 */
final class Registration {
    private static final Logger LOG = LoggerFactory.getLogger("ginkgo");
    private static final int ATTEMPTS = 50;
    private static final long PAUSE_MILLIS = 20;

    private final Folders folders;
    private final Path file;
    private final PidFile pidFile;
    private Card card;
    private @Nullable ControlServer control;
    private boolean over;

    private Registration(Folders folders, Path file, PidFile pidFile, Card card) {
        this.folders = folders;
        this.file = file;
        this.pidFile = pidFile;
        this.card = card;
    }

    /**
     * Takes the name.
     *
     * @param target what is started, as it was named
     * @param givenName the name; that of the target if empty
     * @param givenFile the pidfile; one in the folder of this user if empty
     * @throws Refusal if another process has it, which is named, or if it cannot be taken
     */
    static Registration claim(Terminal terminal, String target, Optional<String> givenName, Optional<Path> givenFile) {
        Folders folders = Folders.of(terminal.environment());
        String name = givenName.map(DaemonNames::require).orElseGet(() -> DaemonNames.of(target));
        try {
            Path file = givenFile.orElse(null);
            if (file == null) {
                file = Folders.prepare(folders.pids()).resolve(name + ".pid");
            }
            Folders.prepare(folders.sockets());
            Card card = new Card(
                    name,
                    ProcessIdentity.self(),
                    target,
                    DaemonNames.code(target, terminal.directory()),
                    terminal.directory().toString(),
                    "",
                    socket(folders, name, givenFile).toString(),
                    Time.system().now().toString(),
                    GinkgoVersion.text(),
                    Optional.empty());
            PidFile locked = lock(file, name);
            locked.write(card);
            Registration registration = new Registration(folders, file, locked, card);
            CutOff watch = new CutOff();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> registration.cutOff(watch), "ginkgo-cut-off"));
            return registration;
        } catch (IOException e) {
            throw new Refusal(ExitCode.CANNOT_CREATE, name + " cannot be registered: " + reason(e));
        }
    }

    /** Two of one name, with pidfiles of their own, have sockets of their own. */
    private static Path socket(Folders folders, String name, Optional<Path> pidFile) {
        String which =
                pidFile.map(file -> "-" + Integer.toHexString(file.hashCode())).orElse("");
        return folders.sockets().resolve(name + which + ".sock");
    }

    private static PidFile lock(Path file, String name) throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Optional<PidFile> locked = PidFile.lock(file);
            if (locked.isPresent()) {
                return locked.get();
            }
            Optional<Card> other = PidFile.read(file).filter(Card::isAlive);
            if (other.isPresent()) {
                throw new Refusal(
                        ExitCode.CANNOT_CREATE,
                        Found.describe(other.get()) + " runs already"
                                + "; stop it first, or give this one another --name");
            }
            pause(); // it has the lock and has not written yet, or it is about to end
        }
        throw new Refusal(ExitCode.CANNOT_CREATE, name + " is being started or stopped: " + file + " is locked");
    }

    Card card() {
        return card;
    }

    /** Where the pidfile lies. */
    Path file() {
        return file;
    }

    /** Where the log is, where the configuration names none. */
    Path defaultLog() throws IOException {
        return Folders.prepare(folders.logs()).resolve(card.name() + ".log");
    }

    /** Where the control socket is, once it serves. */
    Path socket() {
        return Path.of(card.socket());
    }

    /** Says where the log is. */
    void log(Path log) throws IOException {
        card = card.withLog(log.toString());
        pidFile.write(card);
    }

    /** Opens the control socket, or opens it again if its file has gone: systemd removes it with its folder at logout. */
    synchronized void serve(ControlServer.Answers answers) throws IOException {
        if (control != null && control.isReachable()) {
            return;
        }
        Folders.prepare(folders.sockets());
        if (control != null) {
            control.close();
        }
        control = ControlServer.open(Path.of(card.socket()), answers);
    }

    private void cutOff(CutOff watch) {
        CutOff.End how = watch.end();
        end(how.code(), how.words());
    }

    /** The end of this process; the first that is told counts. */
    synchronized void end(int code, String words) {
        if (over) {
            return;
        }
        over = true;
        if (Thread.interrupted()) {
            LOG.debug("the interrupt that ended the start would close the pidfile before its last words");
        }
        try (PidFile closed = pidFile) {
            closed.write(card.ended(new Card.End(Time.system().now().toString(), code, words)));
            if (control != null) {
                control.close();
            }
        } catch (IOException e) {
            // The process ends all the same: a pidfile that names a dead process is told as such, and a socket that
            // nobody listens at (its folder may belong to root, and this process not any more) does no harm.
        }
    }

    /** What went wrong: the exceptions of the file system often say no more than a path. */
    static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException missing -> missing.getFile() + ": no such file or folder";
            case AccessDeniedException denied -> denied.getFile() + ": permission denied";
            case FileSystemException system
            when system.getReason() == null -> e.getClass().getSimpleName() + ": " + e.getMessage();
            default -> String.valueOf(e.getMessage());
        };
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
