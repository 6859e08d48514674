package dev.ginkgo.run.cli.daemon;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.run.daemon.ControlClient;
import dev.ginkgo.run.daemon.DaemonFinder;
import dev.ginkgo.run.daemon.DaemonHandle;
import dev.ginkgo.run.daemon.ExitText;
import dev.ginkgo.run.os.EffectiveUser;
import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ExitCode;
import dev.ginkgo.run.output.TimestampFormat;
import dev.ginkgo.time.TimeSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.TimeZone;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Base class of the commands for one daemon, which is named on the command line. */
@Command(usageHelpAutoWidth = true)
abstract class DaemonCommand implements Callable<Integer> {
    private final CommandContext commandContext;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(
            arity = "0..1",
            paramLabel = "NAME",
            description = "The daemon's name, or the target that it was started from.")
    private @Nullable String nameOrTarget;

    @Option(names = "--pid", paramLabel = "FILE", description = "The pidfile, if the daemon was started with --pid.")
    private @Nullable String pid;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Prints this help.")
    @SuppressWarnings("UnusedVariable") // read by picocli
    private boolean help;

    DaemonCommand(CommandContext commandContext) {
        this.commandContext = commandContext;
    }

    @Override
    public Integer call() {
        DaemonFinder daemonFinder = new DaemonFinder(commandContext);
        return find(daemonFinder)
                .map(this::run)
                .orElseGet(() -> runWithoutDaemon(daemonFinder, requestedDaemon()))
                .number();
    }

    /**
     * Runs the command if no daemon of that name has ever been started.
     *
     * @param requested the name, target or pidfile as the user gave it
     */
    ExitCode runWithoutDaemon(DaemonFinder daemonFinder, String requested) {
        throw daemonFinder.notRunning(requested);
    }

    /** Runs the command on a daemon that was found; its process may have ended. */
    abstract ExitCode run(DaemonHandle daemon);

    final CommandContext terminal() {
        return commandContext;
    }

    /**
     * Returns the daemon if it is running and owned by this user, which every request to it requires.
     *
     * @throws CommandException otherwise
     */
    final DaemonHandle requireRunning(DaemonHandle daemon) {
        if (!daemon.isAlive()) {
            throw new CommandException(ExitCode.NOT_RUNNING, ExitText.of(daemon, timestampFormat()));
        }
        if (!daemon.ownedByUser()) {
            throw new CommandException(ExitCode.NOT_PERMITTED, notPermitted(daemon));
        }
        return daemon;
    }

    /** Returns a format for timestamps relative to the current time, in the local time zone. */
    static TimestampFormat timestampFormat() {
        return new TimestampFormat(TimeSource.system().now(), TimeZone.getDefault());
    }

    static String notPermitted(DaemonHandle daemon) {
        return daemon.label() + " is running, but access is not permitted: it runs as "
                + daemon.daemonRecord().process().user().orElse("another user")
                + (EffectiveUser.id() == 0 ? ", and another user can write its pidfile " + daemon.file() : "");
    }

    /** Describes why a request to a running daemon failed. */
    static String noResponse(DaemonHandle daemon, IOException e) {
        if (e instanceof ControlClient.ErrorResponseException) {
            return daemon.label() + ": " + e.getMessage();
        }
        if (!Files.exists(Path.of(daemon.daemonRecord().socket()))) {
            return daemon.label() + " is running, but does not respond: it is starting or stopping"
                    + " and has no control socket ("
                    + daemon.daemonRecord().socket() + ")";
        }
        return daemon.label() + " is running, but does not respond at "
                + daemon.daemonRecord().socket() + ": " + e.getMessage();
    }

    /**
     * Finds the daemon named on the command line.
     *
     * @throws ParameterException if none is named
     */
    final Optional<DaemonHandle> find(DaemonFinder daemonFinder) {
        if (pid != null) {
            return daemonFinder.ofPidFile(commandContext.directory().resolve(Path.of(pid)));
        }
        if (nameOrTarget == null) {
            throw usageError("missing daemon: give its name, its target or --pid; \"ginkgo list\" lists daemons");
        }
        return daemonFinder.find(nameOrTarget);
    }

    /** Returns an error in the command line. */
    final ParameterException usageError(String problem) {
        return new ParameterException(
                requireNonNull(spec, "spec is injected by picocli").commandLine(), problem);
    }

    /** Returns whether the daemon is named by {@code --pid}. */
    final boolean isNamedByPidFile() {
        return pid != null;
    }

    /** Returns the name, target or pidfile as given on the command line. */
    final String requestedDaemon() {
        return nameOrTarget == null ? String.valueOf(pid) : nameOrTarget;
    }
}
