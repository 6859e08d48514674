package dev.ginkgo.run.cli;

import dev.ginkgo.config.Durations;
import dev.ginkgo.run.daemon.DaemonHandle;
import dev.ginkgo.run.daemon.DaemonRecord;
import dev.ginkgo.run.daemon.PidFile;
import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ExitCode;
import dev.ginkgo.time.TimeSource;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code ginkgo stop}: sends TERM and waits until the process is gone, and tells what the stop has left
 * behind, which the daemon writes into its pidfile.
 */
@Command(description = "Stops a daemon and waits until it is gone.")
class StopCommand extends DaemonCommand {
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration STOP_TIMEOUT_MARGIN = Duration.ofSeconds(5);
    private static final Duration AFTER_KILL = Duration.ofSeconds(5);
    private static final long LONGEST_PAUSE_MILLIS = 100;

    @Option(names = "--kill", description = "If it is not gone in time, kills it, with all that it has not written.")
    private boolean kill;

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            converter = DurationConverter.class,
            description = "How long to wait, such as 10s; by default the daemon's stop-timeout and 5 s.")
    private @Nullable Duration timeout;

    StopCommand(CommandContext commandContext) {
        super(commandContext);
    }

    @Override
    ExitCode run(DaemonHandle daemon) {
        DaemonHandle running = requireRunning(daemon);
        Duration patience = timeout == null ? defaultTimeout(running) : timeout;
        long begin = TimeSource.system().nanos();
        if (!running.daemonRecord().process().end(false) && running.isAlive()) {
            throw new CommandException(ExitCode.NOT_PERMITTED, notPermitted(running));
        }
        boolean killed = false;
        if (!awaitExit(running, begin, patience)) {
            if (!kill) {
                throw new CommandException(
                        ExitCode.TIMEOUT,
                        running.label() + " still runs " + Durations.toHumanString(patience)
                                + " after its TERM; \"ginkgo stop "
                                + running.name() + " --kill\" ends it at once, \"ginkgo threads " + running.name()
                                + "\" shows what it does");
            }
            running.daemonRecord().process().end(true);
            killed = true;
            if (!awaitExit(running, TimeSource.system().nanos(), AFTER_KILL)) {
                throw new CommandException(
                        ExitCode.TIMEOUT, running.label() + " is not gone even after KILL; the kernel holds it");
            }
        }
        Duration took = Duration.ofNanos(TimeSource.system().nanos() - begin);
        terminal()
                .printError(running.label()
                        + (killed ? " was killed after " : " has stopped after ")
                        + Durations.toHumanString(took));
        return killed ? ExitCode.OK : reportExit(running);
    }

    /** What the daemon has said at its end, if that was not clean. */
    private ExitCode reportExit(DaemonHandle daemon) {
        Optional<DaemonRecord.Exit> end = readEnd(daemon);
        if (end.isEmpty()) {
            terminal().printError("It left no word of its end; see \"ginkgo log " + daemon.name() + "\".");
            return ExitCode.FAILED;
        }
        if (!end.get().reason().isEmpty()) {
            terminal().printError(end.get().reason());
        }
        return end.get().code() == ExitCode.LEAK.number()
                ? ExitCode.LEAK
                : end.get().code() == ExitCode.SOFTWARE.number() ? ExitCode.SOFTWARE : ExitCode.OK;
    }

    private static Optional<DaemonRecord.Exit> readEnd(DaemonHandle daemon) {
        try {
            return PidFile.read(daemon.file())
                    .filter(daemonRecord ->
                            daemonRecord.process().equals(daemon.daemonRecord().process()))
                    .flatMap(DaemonRecord::end);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Duration defaultTimeout(DaemonHandle daemon) {
        try {
            Object millis =
                    daemon.controlClient(Duration.ofSeconds(1)).read("status").get("stopTimeoutMillis");
            return (millis instanceof Long known ? Duration.ofMillis(known) : STOP_TIMEOUT).plus(STOP_TIMEOUT_MARGIN);
        } catch (IOException e) {
            return STOP_TIMEOUT.plus(STOP_TIMEOUT_MARGIN); // it does not answer; the TERM may reach it all the same
        }
    }

    private static boolean awaitExit(DaemonHandle daemon, long begin, Duration patience) {
        long pause = 2;
        while (daemon.daemonRecord().process().isAlive()) {
            if (TimeSource.system().nanos() - begin > patience.toNanos()) {
                return false;
            }
            try {
                TimeUnit.MILLISECONDS.sleep(pause);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
            pause = Math.min(LONGEST_PAUSE_MILLIS, pause * 2);
        }
        return true;
    }
}
