package dev.ginkgo.run.cli.daemon;

import dev.ginkgo.config.Durations;
import dev.ginkgo.run.cli.option.DurationConverter;
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
 * {@code ginkgo stop}: sends TERM, waits until the process has exited, and prints the shutdown report if tasks
 * were left running. The daemon writes the report into its pidfile.
 */
@Command(description = "Stops a daemon and waits until its process has exited.")
public class StopCommand extends DaemonCommand {
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration STOP_TIMEOUT_MARGIN = Duration.ofSeconds(5);
    private static final Duration KILL_TIMEOUT = Duration.ofSeconds(5);
    private static final long MAX_POLL_MILLIS = 100;

    @Option(names = "--kill", description = "Kills the process if it does not exit in time; unwritten data is lost.")
    private boolean kill;

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            converter = DurationConverter.class,
            description = "How long to wait, such as 10s (default: the daemon's stop-timeout plus 5 s).")
    private @Nullable Duration timeout;

    public StopCommand(CommandContext commandContext) {
        super(commandContext);
    }

    @Override
    ExitCode run(DaemonHandle daemon) {
        DaemonHandle running = requireRunning(daemon);
        Duration limit = timeout == null ? defaultTimeout(running) : timeout;
        long begin = TimeSource.system().nanos();
        if (!running.daemonRecord().process().end(false) && running.isAlive()) {
            throw new CommandException(ExitCode.NOT_PERMITTED, notPermitted(running));
        }
        boolean killed = false;
        if (!awaitExit(running, begin, limit)) {
            if (!kill) {
                throw new CommandException(
                        ExitCode.TIMEOUT,
                        running.label() + " is still running " + Durations.toHumanString(limit)
                                + " after TERM; \"ginkgo threads " + running.name()
                                + "\" shows what it is doing, \"ginkgo stop " + running.name()
                                + " --kill\" kills it");
            }
            running.daemonRecord().process().end(true);
            killed = true;
            if (!awaitExit(running, TimeSource.system().nanos(), KILL_TIMEOUT)) {
                throw new CommandException(
                        ExitCode.TIMEOUT, running.label() + " has not exited after KILL; it is blocked in the kernel");
            }
        }
        Duration took = Duration.ofNanos(TimeSource.system().nanos() - begin);
        terminal()
                .printError(running.label()
                        + (killed ? " was killed after " : " has stopped after ")
                        + Durations.toHumanString(took));
        return killed ? ExitCode.OK : reportExit(running);
    }

    /** Prints the reason that the daemon recorded if its exit was not clean, and returns the exit code. */
    private ExitCode reportExit(DaemonHandle daemon) {
        Optional<DaemonRecord.Exit> end = readEnd(daemon);
        if (end.isEmpty()) {
            terminal().printError("It recorded no exit; see \"ginkgo log " + daemon.name() + "\".");
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
            return STOP_TIMEOUT.plus(STOP_TIMEOUT_MARGIN); // not responding; TERM may still work
        }
    }

    private static boolean awaitExit(DaemonHandle daemon, long begin, Duration limit) {
        long pause = 2;
        while (daemon.daemonRecord().process().isAlive()) {
            if (TimeSource.system().nanos() - begin > limit.toNanos()) {
                return false;
            }
            try {
                TimeUnit.MILLISECONDS.sleep(pause);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
            pause = Math.min(MAX_POLL_MILLIS, pause * 2);
        }
        return true;
    }
}
