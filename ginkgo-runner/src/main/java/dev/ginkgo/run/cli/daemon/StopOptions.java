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

/** Options of the commands that stop a daemon, and the stop itself. */
@Command
final class StopOptions {
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

    /**
     * Stop that has begun.
     *
     * @param daemon the daemon
     * @param begin the time of the TERM, on the clock of {@link TimeSource#nanos}
     * @param limit how long to wait for the exit, from the TERM
     */
    record Stop(DaemonHandle daemon, long begin, Duration limit) {}

    /**
     * Sends TERM to a daemon, without waiting for its exit.
     *
     * @throws CommandException if that is not permitted
     */
    Stop begin(DaemonHandle running) {
        Duration limit = timeout == null ? defaultTimeout(running) : timeout;
        long begin = TimeSource.system().nanos();
        if (!running.daemonRecord().process().end(false) && running.isAlive()) {
            throw new CommandException(ExitCode.NOT_PERMITTED, DaemonCommand.notPermitted(running));
        }
        return new Stop(running, begin, limit);
    }

    /**
     * Waits for the exit, and prints how the daemon has ended.
     *
     * @return the exit code that reports an unclean end
     * @throws CommandException if the process does not exit in time
     */
    ExitCode await(Stop stop, CommandContext commandContext) {
        DaemonHandle running = stop.daemon;
        boolean killed = false;
        if (!awaitExit(running, stop.begin, stop.limit)) {
            if (!kill) {
                throw new CommandException(
                        ExitCode.TIMEOUT,
                        running.label() + " is still running " + Durations.toHumanString(stop.limit)
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
        Duration took = Duration.ofNanos(TimeSource.system().nanos() - stop.begin);
        commandContext.printError(running.label()
                + (killed ? " was killed after " : " has stopped after ")
                + Durations.toHumanString(took));
        return killed ? ExitCode.OK : reportExit(running, commandContext);
    }

    /** Prints the reason that the daemon recorded if its exit was not clean, and returns the exit code. */
    private static ExitCode reportExit(DaemonHandle daemon, CommandContext commandContext) {
        Optional<DaemonRecord.Exit> end = readEnd(daemon);
        if (end.isEmpty()) {
            commandContext.printError("It recorded no exit; see \"ginkgo log " + daemon.name() + "\".");
            return ExitCode.FAILED;
        }
        if (!end.get().reason().isEmpty()) {
            commandContext.printError(end.get().reason());
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
