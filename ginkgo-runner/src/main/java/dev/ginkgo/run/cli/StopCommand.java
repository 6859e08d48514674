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
    private static final Duration BEYOND = Duration.ofSeconds(5);
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

    StopCommand(CommandContext terminal) {
        super(terminal);
    }

    @Override
    ExitCode of(DaemonHandle daemon) {
        DaemonHandle running = running(daemon);
        Duration patience = timeout == null ? patience(running) : timeout;
        long begin = TimeSource.system().nanos();
        if (!running.card().process().end(false) && running.isAlive()) {
            throw new CommandException(ExitCode.NOT_PERMITTED, notPermitted(running));
        }
        boolean killed = false;
        if (!isGone(running, begin, patience)) {
            if (!kill) {
                throw new CommandException(
                        ExitCode.TIMEOUT,
                        running.shortly() + " still runs " + Durations.shortly(patience)
                                + " after its TERM; \"ginkgo stop "
                                + running.name() + " --kill\" ends it at once, \"ginkgo threads " + running.name()
                                + "\" shows what it does");
            }
            running.card().process().end(true);
            killed = true;
            if (!isGone(running, TimeSource.system().nanos(), AFTER_KILL)) {
                throw new CommandException(
                        ExitCode.TIMEOUT, running.shortly() + " is not gone even after KILL; the kernel holds it");
            }
        }
        Duration took = Duration.ofNanos(TimeSource.system().nanos() - begin);
        terminal()
                .tell(running.shortly()
                        + (killed ? " was killed after " : " has stopped after ")
                        + Durations.shortly(took));
        return killed ? ExitCode.OK : told(running);
    }

    /** What the daemon has said at its end, if that was not clean. */
    private ExitCode told(DaemonHandle daemon) {
        Optional<DaemonRecord.Exit> end = read(daemon);
        if (end.isEmpty()) {
            terminal().tell("It left no word of its end; see \"ginkgo log " + daemon.name() + "\".");
            return ExitCode.FAILED;
        }
        if (!end.get().words().isEmpty()) {
            terminal().tell(end.get().words());
        }
        return end.get().code() == ExitCode.LEAK.number()
                ? ExitCode.LEAK
                : end.get().code() == ExitCode.SOFTWARE.number() ? ExitCode.SOFTWARE : ExitCode.OK;
    }

    private static Optional<DaemonRecord.Exit> read(DaemonHandle daemon) {
        try {
            return PidFile.read(daemon.file())
                    .filter(card -> card.process().equals(daemon.card().process()))
                    .flatMap(DaemonRecord::end);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Duration patience(DaemonHandle daemon) {
        try {
            Object millis = daemon.ask(Duration.ofSeconds(1)).read("status").get("stopTimeoutMillis");
            return (millis instanceof Long known ? Duration.ofMillis(known) : STOP_TIMEOUT).plus(BEYOND);
        } catch (IOException e) {
            return STOP_TIMEOUT.plus(BEYOND); // it does not answer; the TERM may reach it all the same
        }
    }

    private static boolean isGone(DaemonHandle daemon, long begin, Duration patience) {
        long pause = 2;
        while (daemon.card().process().isAlive()) {
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
