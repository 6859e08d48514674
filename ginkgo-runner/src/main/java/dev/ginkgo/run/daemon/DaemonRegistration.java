package dev.ginkgo.run.daemon;

import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ExitCode;
import dev.ginkgo.run.output.GinkgoVersion;
import dev.ginkgo.time.TimeSource;
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
public final class DaemonRegistration {
    private static final Logger LOG = LoggerFactory.getLogger("ginkgo");
    private static final int ATTEMPTS = 50;
    private static final long PAUSE_MILLIS = 20;

    private final RuntimeDirs runtimeDirs;
    private final Path file;
    private final PidFile pidFile;
    private DaemonRecord daemonRecord;
    private @Nullable ControlServer control;
    private boolean ended;

    private DaemonRegistration(RuntimeDirs runtimeDirs, Path file, PidFile pidFile, DaemonRecord daemonRecord) {
        this.runtimeDirs = runtimeDirs;
        this.file = file;
        this.pidFile = pidFile;
        this.daemonRecord = daemonRecord;
    }

    /**
     * Takes the name.
     *
     * @param target what is started, as it was named
     * @param givenName the name; that of the target if empty
     * @param givenFile the pidfile; one in the folder of this user if empty
     * @throws CommandException if another process has it, which is named, or if it cannot be taken
     */
    public static DaemonRegistration claim(
            CommandContext commandContext, String target, Optional<String> givenName, Optional<Path> givenFile) {
        RuntimeDirs runtimeDirs = RuntimeDirs.of(commandContext.environment());
        String name = givenName.map(DaemonNames::require).orElseGet(() -> DaemonNames.of(target));
        try {
            Path file = givenFile.orElse(null);
            if (file == null) {
                file = RuntimeDirs.prepare(runtimeDirs.pids()).resolve(name + ".pid");
            }
            RuntimeDirs.prepare(runtimeDirs.sockets());
            DaemonRecord daemonRecord = new DaemonRecord(
                    name,
                    ProcessIdentity.self(),
                    target,
                    DaemonNames.targetId(target, commandContext.directory()),
                    commandContext.directory().toString(),
                    "",
                    socket(runtimeDirs, name, givenFile).toString(),
                    TimeSource.system().now().toString(),
                    GinkgoVersion.text(),
                    Optional.empty());
            PidFile locked = lock(file, name);
            locked.write(daemonRecord);
            DaemonRegistration daemonRegistration = new DaemonRegistration(runtimeDirs, file, locked, daemonRecord);
            ExitWatcher watch = new ExitWatcher();
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(() -> daemonRegistration.recordExit(watch), "ginkgo-cut-off"));
            return daemonRegistration;
        } catch (IOException e) {
            throw new CommandException(ExitCode.CANNOT_CREATE, name + " cannot be registered: " + describe(e));
        }
    }

    /** Two of one name, with pidfiles of their own, have sockets of their own. */
    private static Path socket(RuntimeDirs runtimeDirs, String name, Optional<Path> pidFile) {
        String which =
                pidFile.map(file -> "-" + Integer.toHexString(file.hashCode())).orElse("");
        return runtimeDirs.sockets().resolve(name + which + ".sock");
    }

    private static PidFile lock(Path file, String name) throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Optional<PidFile> locked = PidFile.lock(file);
            if (locked.isPresent()) {
                return locked.get();
            }
            Optional<DaemonRecord> other = PidFile.read(file).filter(DaemonRecord::isAlive);
            if (other.isPresent()) {
                throw new CommandException(
                        ExitCode.CANNOT_CREATE,
                        DaemonHandle.description(other.get()) + " runs already"
                                + "; stop it first, or give this one another --name");
            }
            sleep(); // it has the lock and has not written yet, or it is about to end
        }
        throw new CommandException(
                ExitCode.CANNOT_CREATE, name + " is being started or stopped: " + file + " is locked");
    }

    DaemonRecord daemonRecord() {
        return daemonRecord;
    }

    /** Where the pidfile lies. */
    public Path file() {
        return file;
    }

    /** Where the log is, where the configuration names none. */
    public Path defaultLog() throws IOException {
        return RuntimeDirs.prepare(runtimeDirs.logs()).resolve(daemonRecord.name() + ".log");
    }

    /** Where the control socket is, once it serves. */
    public Path socket() {
        return Path.of(daemonRecord.socket());
    }

    /** Says where the log is. */
    public void log(Path log) throws IOException {
        daemonRecord = daemonRecord.withLog(log.toString());
        pidFile.write(daemonRecord);
    }

    /** Opens the control socket, or opens it again if its file has gone: systemd removes it with its folder at logout. */
    public synchronized void serve(ControlServer.RequestHandler requestHandler) throws IOException {
        if (control != null && control.isReachable()) {
            return;
        }
        RuntimeDirs.prepare(runtimeDirs.sockets());
        if (control != null) {
            control.close();
        }
        control = ControlServer.open(Path.of(daemonRecord.socket()), requestHandler);
    }

    private void recordExit(ExitWatcher watch) {
        ExitWatcher.ProcessExit how = watch.end();
        end(how.code(), how.reason());
    }

    /** The end of this process; the first that is told counts. */
    public synchronized void end(int code, String words) {
        if (ended) {
            return;
        }
        ended = true;
        if (Thread.interrupted()) {
            LOG.debug("the interrupt that ended the start would close the pidfile before its last words");
        }
        try (PidFile closed = pidFile) {
            closed.write(daemonRecord.withEnd(
                    new DaemonRecord.Exit(TimeSource.system().now().toString(), code, words)));
            if (control != null) {
                control.close();
            }
        } catch (IOException e) {
            // The process ends all the same: a pidfile that names a dead process is told as such, and a socket that
            // nobody listens at (its folder may belong to root, and this process not any more) does no harm.
        }
    }

    /** What went wrong: the exceptions of the file system often say no more than a path. */
    public static String describe(IOException e) {
        return switch (e) {
            case NoSuchFileException missing -> missing.getFile() + ": no such file or folder";
            case AccessDeniedException denied -> denied.getFile() + ": permission denied";
            case FileSystemException system
            when system.getReason() == null -> e.getClass().getSimpleName() + ": " + e.getMessage();
            default -> String.valueOf(e.getMessage());
        };
    }

    private static void sleep() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
