package dev.ginkgo.run.service;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.config.ConfigException;
import dev.ginkgo.config.ReloadResult;
import dev.ginkgo.lifecycle.StartException;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.lifecycle.Status;
import dev.ginkgo.lifecycle.StopException;
import dev.ginkgo.run.output.ExceptionPrinter;
import dev.ginkgo.run.output.ExitCode;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Runs a service in the foreground: starts it, reports when it is ready, reloads it, stops it, and determines
 * the exit code.
 *
 * <p>Signals, uncaught exceptions and the end of the root are events in one queue that the main thread processes in
 * order. So a reload requested during the start waits, and nothing is done twice. There are two exceptions: a signal
 * during the start interrupts it, and a second SIGINT halts the process.
 */
final class ServiceRunner implements RunningProgram {
    /** Maximum duration of the stop after an {@link Event.Uncaught}; the deadline of the tree is shorter. */
    private static final Duration HALT_DELAY = Duration.ofMinutes(1);

    private final Reporter reporter;
    private final LifecycleMessages lifecycleMessages;
    private final Runnable reopenLog;
    private final Ginkgo.Builder builder;
    private final ProcessEnvironment processEnvironment;
    private final int exitOnTerm;
    private final Thread main = Thread.currentThread();
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final AtomicInteger interrupts = new AtomicInteger();
    private volatile boolean starting = true;
    private volatile @Nullable Ginkgo tree;

    private sealed interface Event {
        /** SIGINT. */
        record Interrupt() implements Event {}

        /** SIGTERM. */
        record Terminate() implements Event {}

        /** SIGHUP, or a request at the control socket, which waits for the result. */
        record ReloadRequested(CompletableFuture<ReloadResult> result) implements Event {}

        /** An uncaught exception on a thread that is not a task. */
        record Uncaught(Thread thread, Throwable error) implements Event {}

        /** The root stopped itself or failed. */
        record Ended() implements Event {}
    }

    /**
     * @param reporter receives the messages
     * @param exitOnTerm the exit code for a SIGTERM during the start; later the tree's own setting applies
     * @param reopenLog reopens the log, for HUP and USR1
     */
    ServiceRunner(
            Reporter reporter,
            ExceptionPrinter exceptionPrinter,
            Ginkgo.Builder builder,
            int exitOnTerm,
            ProcessEnvironment processEnvironment,
            Runnable reopenLog) {
        this.exitOnTerm = exitOnTerm;
        this.reporter = reporter;
        this.processEnvironment = processEnvironment;
        this.builder = processEnvironment.attach(builder);
        this.reopenLog = reopenLog;
        lifecycleMessages = new LifecycleMessages(exceptionPrinter);
    }

    /** Runs the service until it has stopped, and returns the exit code. Called once, on the main thread. */
    int run() {
        try {
            return startAndStop();
        } finally {
            processEnvironment.terminated();
        }
    }

    private int startAndStop() {
        installHandlers();
        long begin = TimeSource.system().nanos();
        Ginkgo running;
        try {
            processEnvironment.starting();
            running = builder.start();
        } catch (ConfigException e) {
            reporter.startFailed(String.valueOf(e.getMessage()));
            return ExitCode.CONFIGURATION.number();
        } catch (StartException e) {
            return notStarted(e);
        }
        tree = running;
        starting = false;
        boolean signalled = Thread.interrupted(); // a signal at the end of the start, which is in the queue
        if (!signalled) {
            processEnvironment.serving(running);
            reporter.ready(
                    running.status(), Duration.ofNanos(TimeSource.system().nanos() - begin));
        }
        Thread.ofVirtual().name("ginkgo-end").start(() -> awaitEnd(running));
        return stop(running, processEvents(running));
    }

    /** Returns the tree after it has started. Thread-safe. */
    @Override
    public Optional<Ginkgo> tree() {
        return Optional.ofNullable(tree);
    }

    /** Requests a reload, which runs after the start. The future is not completed if the service stops before. Thread-safe. */
    @Override
    public CompletableFuture<ReloadResult> reload() {
        CompletableFuture<ReloadResult> result = new CompletableFuture<>();
        events.add(new Event.ReloadRequested(result));
        return result;
    }

    private void installHandlers() {
        Thread.setDefaultUncaughtExceptionHandler(
                (thread, error) -> runOrHalt(() -> enqueue(new Event.Uncaught(thread, error))));
        boolean handled = SignalHandlers.handle("INT", this::interrupt);
        handled &= SignalHandlers.handle("TERM", () -> enqueue(new Event.Terminate()));
        SignalHandlers.handle("HUP", () -> {
            reopenLog.run();
            events.add(new Event.ReloadRequested(new CompletableFuture<>()));
        });
        SignalHandlers.handle("USR1", reopenLog);
        if (!handled) {
            // The JVM then exits at a signal, with the same exit codes, and runs this hook.
            Runtime.getRuntime().addShutdownHook(new Thread(this::stopInHook, "ginkgo-stop"));
        }
    }

    private void enqueue(Event event) {
        events.add(event);
        if (starting) {
            main.interrupt();
        }
    }

    private void interrupt() {
        if (interrupts.incrementAndGet() == 1) {
            enqueue(new Event.Interrupt());
            return;
        }
        Ginkgo running = tree;
        reporter.error(running == null ? "Halted while starting." : lifecycleMessages.halted(running.tasks()));
        Runtime.getRuntime().halt(ExitCode.INTERRUPTED.number());
    }

    private void awaitEnd(Ginkgo running) {
        try {
            running.awaitStopped();
            events.add(new Event.Ended());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // not expected
        }
    }

    /** Processes events until one of them ends the process, and returns the exit code for it. */
    private int processEvents(Ginkgo running) {
        while (true) {
            switch (nextEvent()) {
                case Event.Interrupt _ -> {
                    return ExitCode.INTERRUPTED.number();
                }
                case Event.Terminate _ -> {
                    return running.exitOnTerm();
                }
                case Event.ReloadRequested(CompletableFuture<ReloadResult> result) -> {
                    ReloadResult reloadResult = processEnvironment.reload(running);
                    reporter.info(lifecycleMessages.reload(reloadResult));
                    result.complete(reloadResult);
                }
                case Event.Uncaught(Thread thread, Throwable error) -> {
                    reporter.error(lifecycleMessages.uncaught(thread, error));
                    haltLater(running);
                    return ExitCode.SOFTWARE.number();
                }
                case Event.Ended _ -> {
                    return ended(running.status());
                }
            }
        }
    }

    private Event nextEvent() {
        while (true) {
            try {
                return events.take();
            } catch (InterruptedException e) {
                // The interrupt was for the start, which is complete; the signal itself is in the queue.
            }
        }
    }

    private int ended(Status status) {
        if (status.state() != State.FAILED) {
            reporter.info(status.path() + " has stopped.");
            return ExitCode.OK.number();
        }
        if (status.failure().filter(StopException.class::isInstance).isEmpty()) { // otherwise the stop reports it
            reporter.error(lifecycleMessages.failed(status));
        }
        return ExitCode.FAILED.number();
    }

    private int stop(Ginkgo running, int code) {
        long begin = TimeSource.system().nanos();
        processEnvironment.stopping();
        boolean ended = code == ExitCode.OK.number() || code == ExitCode.FAILED.number();
        try {
            running.stop();
            if (!ended) {
                reporter.info(lifecycleMessages.stopped(
                        running.status(), Duration.ofNanos(TimeSource.system().nanos() - begin)));
            }
            return code;
        } catch (StopException e) {
            reporter.error(lifecycleMessages.unclean(e));
            if (!e.leaks().isEmpty()) {
                return ExitCode.LEAK.number();
            }
            return code == ExitCode.FAILED.number() ? code : ExitCode.SOFTWARE.number();
        }
    }

    private int notStarted(StartException e) {
        starting = false;
        reporter.startFailed(lifecycleMessages.notStarted(e));
        Optional<Integer> requested = Optional.empty();
        for (Event event = events.poll(); event != null; event = events.poll()) {
            if (event instanceof Event.Uncaught(Thread thread, Throwable error)) {
                reporter.error(
                        lifecycleMessages.uncaught(thread, error)); // the cause of the cancellation, or a further error
            }
            requested = requested.isPresent() ? requested : exitCodeOfCancellation(event);
        }
        if (!e.cancelled()) {
            return LifecycleMessages.exitCode(e).number();
        }
        // Without a request the service stopped itself: it completed its work during the start.
        return requested.orElse(ExitCode.OK.number());
    }

    /** Returns the exit code for an event that cancels the start. */
    private Optional<Integer> exitCodeOfCancellation(Event event) {
        return switch (event) {
            case Event.Interrupt _ -> Optional.of(ExitCode.INTERRUPTED.number());
            case Event.Terminate _ -> Optional.of(exitOnTerm);
            case Event.Uncaught _ -> Optional.of(ExitCode.SOFTWARE.number());
            case Event.ReloadRequested _, Event.Ended _ -> Optional.empty();
        };
    }

    /** Halts the process if the stop does not complete: after an OutOfMemoryError the stop may run out of memory. */
    private void haltLater(Ginkgo running) {
        runOrHalt(() -> Thread.ofPlatform().daemon().name("ginkgo-halt").start(() -> {
            try {
                TimeUnit.NANOSECONDS.sleep(HALT_DELAY.toNanos());
                reporter.error(lifecycleMessages.halted(running.tasks()));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // not expected; halts at once
            } finally {
                Runtime.getRuntime().halt(ExitCode.SOFTWARE.number());
            }
        }));
    }

    private static void runOrHalt(Runnable action) {
        try {
            action.run();
        } catch (Throwable e) {
            Runtime.getRuntime().halt(ExitCode.SOFTWARE.number());
        }
    }

    private void stopInHook() {
        Ginkgo running = tree;
        if (running != null) {
            stop(running, ExitCode.TERMINATED.number());
        }
    }
}
