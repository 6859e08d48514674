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
 * Registration of this process under a name: holds the lock on the pidfile until the process exits, and serves the
 * control socket. Confined to the main thread, except {@link #serve}, suffix is also called periodically, and {@link
 * #end}, suffix a shutdown hook calls if the exit has not been recorded.
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
     * Claims a name for this process.
     *
     * @param target the target as given on the command line
     * @param givenName the name; if empty, it is derived from the target
     * @param givenFile the pidfile; if empty, it is in the folder of this user
     * @throws CommandException if another process has the name, or it cannot be claimed
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
                    .addShutdownHook(new Thread(() -> daemonRegistration.recordExit(watch), "ginkgo-record-exit"));
            return daemonRegistration;
        } catch (IOException e) {
            throw new CommandException(ExitCode.CANNOT_CREATE, "cannot register " + name + ": " + describe(e));
        }
    }

    /** Returns the path of the control socket. Daemons of one name with different pidfiles have different sockets. */
    private static Path socket(RuntimeDirs runtimeDirs, String name, Optional<Path> pidFile) {
        String suffix =
                pidFile.map(file -> "-" + Integer.toHexString(file.hashCode())).orElse("");
        return runtimeDirs.sockets().resolve(name + suffix + ".sock");
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
                        DaemonHandle.description(other.get()) + " is already running"
                                + "; stop it first, or use another --name");
            }
            sleep(); // the owner has locked the file but not written it yet, or is exiting
        }
        throw new CommandException(
                ExitCode.CANNOT_CREATE, name + " is being started or stopped: " + file + " is locked");
    }

    DaemonRecord daemonRecord() {
        return daemonRecord;
    }

    /** Returns the path of the pidfile. */
    public Path file() {
        return file;
    }

    /** Returns the log file of a daemon without a configured one. */
    public Path defaultLog() throws IOException {
        return RuntimeDirs.prepare(runtimeDirs.logs()).resolve(daemonRecord.name() + ".log");
    }

    /** Returns the path of the control socket, which exists only while it is being served. */
    public Path socket() {
        return Path.of(daemonRecord.socket());
    }

    /** Records the log file in the pidfile. */
    public void log(Path log) throws IOException {
        daemonRecord = daemonRecord.withLog(log.toString());
        pidFile.write(daemonRecord);
    }

    /** Opens the control socket, or reopens it if its file is missing: systemd deletes its folder at logout. */
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
        ExitWatcher.ProcessExit exit = watch.end();
        end(exit.code(), exit.reason());
    }

    /** Records the exit of this process in the pidfile and closes the socket. Only the first call has an effect. */
    public synchronized void end(int code, String reason) {
        if (ended) {
            return;
        }
        ended = true;
        if (Thread.interrupted()) {
            LOG.debug("cleared the interrupt of the start, which would close the pidfile before the exit is recorded");
        }
        try (PidFile closed = pidFile) {
            closed.write(daemonRecord.withEnd(
                    new DaemonRecord.Exit(TimeSource.system().now().toString(), code, reason)));
            if (control != null) {
                control.close();
            }
        } catch (IOException e) {
            // The process exits anyway. A pidfile that names a dead process is recognized as such, and a stale socket
            // (its folder may belong to root, whose privileges this process has dropped) is harmless.
        }
    }

    /** Describes an exception; the messages of file system exceptions are often only a path. */
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
