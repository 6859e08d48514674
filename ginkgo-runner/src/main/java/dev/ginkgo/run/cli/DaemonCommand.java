package dev.ginkgo.run.cli;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.run.daemon.ControlClient;
import dev.ginkgo.run.daemon.DaemonFinder;
import dev.ginkgo.run.daemon.DaemonHandle;
import dev.ginkgo.run.daemon.ExitText;
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

/** A command for one daemon, which is named on the command line. */
@Command(usageHelpAutoWidth = true)
abstract class DaemonCommand implements Callable<Integer> {
    private final CommandContext commandContext;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(
            arity = "0..1",
            paramLabel = "NAME",
            description = "The daemon's name, or the target that it was started from.")
    private @Nullable String word;

    @Option(names = "--pid", paramLabel = "FILE", description = "The pidfile, if it was started with one.")
    private @Nullable String pid;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "This text.")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean help;

    DaemonCommand(CommandContext commandContext) {
        this.commandContext = commandContext;
    }

    @Override
    public final Integer call() {
        DaemonFinder daemonFinder = new DaemonFinder(commandContext);
        return found(daemonFinder)
                .map(this::run)
                .orElseGet(() -> runWithoutDaemon(daemonFinder, requestedDaemon()))
                .number();
    }

    /** What it does where nothing of that name has ever been started. */
    ExitCode runWithoutDaemon(DaemonFinder daemonFinder, String shown) {
        throw daemonFinder.notRunning(shown);
    }

    /** Does what it does. */
    abstract ExitCode run(DaemonHandle daemon);

    final CommandContext terminal() {
        return commandContext;
    }

    /** The daemon, with what must be so for asking it anything: it runs, and it is this user's. */
    final DaemonHandle requireRunning(DaemonHandle daemon) {
        if (!daemon.isAlive()) {
            throw new CommandException(ExitCode.NOT_RUNNING, ExitText.of(daemon, timestampFormat()));
        }
        if (!daemon.ownedByUser()) {
            throw new CommandException(ExitCode.NOT_PERMITTED, notPermitted(daemon));
        }
        return daemon;
    }

    /** How moments are told now, here. */
    static TimestampFormat timestampFormat() {
        return new TimestampFormat(TimeSource.system().now(), TimeZone.getDefault());
    }

    static String notPermitted(DaemonHandle daemon) {
        return daemon.label() + " is running, not permitted: it runs as "
                + daemon.daemonRecord().process().user().orElse("another user");
    }

    static String noAnswer(DaemonHandle daemon, IOException e) {
        if (e instanceof ControlClient.ErrorResponseException) {
            return daemon.label() + ": " + e.getMessage();
        }
        if (!Files.exists(Path.of(daemon.daemonRecord().socket()))) {
            return daemon.label() + " is running, but does not answer yet: it has just been started, or is about to"
                    + " end, and has no control socket ("
                    + daemon.daemonRecord().socket() + ")";
        }
        return daemon.label() + " is running, but does not answer at "
                + daemon.daemonRecord().socket() + ": " + e.getMessage();
    }

    private Optional<DaemonHandle> found(DaemonFinder daemonFinder) {
        if (pid != null) {
            return daemonFinder.ofPidFile(commandContext.directory().resolve(Path.of(pid)));
        }
        if (word == null) {
            throw new ParameterException(
                    requireNonNull(spec, "spec is injected by picocli").commandLine(),
                    "which daemon? Give its name, its target or --pid; \"ginkgo list\" shows all");
        }
        return daemonFinder.find(word);
    }

    private String requestedDaemon() {
        return word == null ? String.valueOf(pid) : word;
    }
}
