package dev.ginkgo.run.cli.daemon;

import dev.ginkgo.config.Durations;
import dev.ginkgo.run.cli.option.DurationConverter;
import dev.ginkgo.run.daemon.DaemonFinder;
import dev.ginkgo.run.daemon.DaemonHandle;
import dev.ginkgo.run.daemon.ExitText;
import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ControlResponse;
import dev.ginkgo.run.output.ExitCode;
import dev.ginkgo.time.TimeSource;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ginkgo wait}: waits until a daemon is up, in the sense of {@link StatusCommand}, or has stopped. */
@Command(
        description = {
            "Waits until every service of a daemon is ready or degraded, also if it has not been started yet.",
            "Exit codes: 0 it is, 3 no such daemon was started, or it has ended, 75 the time limit is reached."
        })
public final class WaitCommand extends DaemonCommand {
    private static final Duration READY_TIMEOUT = Duration.ofSeconds(30);
    private static final long POLL_MILLIS = 50;

    @Option(names = "--stopped", description = "Waits until the daemon has stopped instead.")
    private boolean stopped;

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            converter = DurationConverter.class,
            description = "How long to wait, such as 10s (default: 30s; with --stopped, no limit).")
    private @Nullable Duration timeout;

    public WaitCommand(CommandContext commandContext) {
        super(commandContext);
    }

    /** Result of one check: why the wait goes on, or empty if it is over. */
    private record Check(Optional<CommandException> pending) {
        static final Check DONE = new Check(Optional.empty());

        static Check pending(ExitCode code, String text) {
            return new Check(Optional.of(new CommandException(code, text)));
        }
    }

    @Override
    ExitCode runWithoutDaemon(DaemonFinder daemonFinder, String requested) {
        return await();
    }

    @Override
    ExitCode run(DaemonHandle daemon) {
        return await();
    }

    private ExitCode await() {
        TimeSource timeSource = TimeSource.system();
        long begin = timeSource.nanos();
        Optional<Duration> limit =
                Optional.ofNullable(timeout).or(() -> stopped ? Optional.empty() : Optional.of(READY_TIMEOUT));
        DaemonFinder daemonFinder = new DaemonFinder(terminal());
        boolean seenAlive = false;
        while (true) {
            Optional<DaemonHandle> daemon = find(daemonFinder);
            boolean alive = daemon.filter(DaemonHandle::isAlive).isPresent();
            if (seenAlive && !alive && !stopped) {
                throw new CommandException(ExitCode.NOT_RUNNING, exitText(daemonFinder, daemon));
            }
            seenAlive |= alive;
            Check check = stopped ? checkStopped(daemonFinder, daemon) : checkUp(daemonFinder, daemon);
            if (check.pending.isEmpty()) {
                return ExitCode.OK;
            }
            Duration passed = Duration.ofNanos(timeSource.nanos() - begin);
            if (limit.isPresent() && passed.compareTo(limit.get()) >= 0) {
                throw new CommandException(
                        check.pending.get().code(),
                        check.pending.get().text() + " (waited for " + Durations.toHumanString(limit.get()) + ")");
            }
            pause();
        }
    }

    private Check checkUp(DaemonFinder daemonFinder, Optional<DaemonHandle> daemon) {
        if (daemon.filter(DaemonHandle::isAlive).isEmpty()) {
            return Check.pending(ExitCode.NOT_RUNNING, exitText(daemonFinder, daemon));
        }
        DaemonHandle running = requireRunning(daemon.get());
        ControlResponse status;
        try {
            status = new ControlResponse(running.controlClient().read("status"));
        } catch (IOException e) {
            return Check.pending(ExitCode.TIMEOUT, noResponse(running, e));
        }
        if (StatusCommand.isUp(status)) {
            return Check.DONE;
        }
        List<String> notReady = status.texts("notReady");
        return Check.pending(
                ExitCode.TIMEOUT,
                running.label() + " is not ready; its root is " + status.text("state")
                        + (notReady.isEmpty() ? "" : "\n    " + String.join("\n    ", notReady)));
    }

    private Check checkStopped(DaemonFinder daemonFinder, Optional<DaemonHandle> daemon) {
        if (daemon.isEmpty()) {
            throw daemonFinder.notRunning(requestedDaemon());
        }
        if (daemon.get().isAlive()) {
            return Check.pending(ExitCode.TIMEOUT, daemon.get().label() + " is still running");
        }
        terminal().out().println(ExitText.of(daemon.get(), timestampFormat()));
        return Check.DONE;
    }

    private String exitText(DaemonFinder daemonFinder, Optional<DaemonHandle> daemon) {
        return daemon.map(each -> ExitText.of(each, timestampFormat()))
                .orElseGet(() -> daemonFinder.notRunning(requestedDaemon()).text());
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException(ExitCode.INTERRUPTED, "interrupted");
        }
    }
}
