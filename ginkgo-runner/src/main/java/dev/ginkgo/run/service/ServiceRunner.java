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
 * A service in the foreground: starts it, says when it is ready, reloads it, stops it, and finds the exit
 * code.
 *
 * <p>Whatever comes from outside (a signal, an error on a stray thread, the end of the root itself) is an event in
 * one queue, and the main thread takes one after another; so a reload that comes while the tree starts waits, and
 * nothing is done twice. Two things do not wait: a signal during the start interrupts it, and a second SIGINT halts
 * the process.
 */
final class ServiceRunner {
    /** How long a stop after an {@link Event.Uncaught} may take in all; the tree's own deadline is shorter. */
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

        /** SIGHUP, or a request at the control socket, which waits for what comes of it. */
        record ReloadRequested(CompletableFuture<ReloadResult> result) implements Event {}

        /** An error that nobody caught, on a thread that is no task. */
        record Uncaught(Thread thread, Throwable error) implements Event {}

        /** The root came to its end by itself. */
        record Ended() implements Event {}
    }

    /**
     * @param reporter to whom it says what happens
     * @param exitOnTerm the exit code for a SIGTERM that comes before the tree is up and can be asked itself
     * @param reopenLog opens the log anew, for HUP and USR1
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

    /** Returns when the service has stopped. Called by the main thread, once. */
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
        boolean late = Thread.interrupted(); // a signal at the last moment of the start: it is in the queue
        if (!late) {
            processEnvironment.serving(running);
            reporter.ready(
                    running.status(), Duration.ofNanos(TimeSource.system().nanos() - begin));
        }
        Thread.ofVirtual().name("ginkgo-end").start(() -> awaitEnd(running));
        return stop(running, processEvents(running));
    }

    /** The tree, once it is up. From any thread. */
    Optional<Ginkgo> tree() {
        return Optional.ofNullable(tree);
    }

    /** Asks for a reload; it takes its turn after the start, and gets no answer if the service ends before. */
    CompletableFuture<ReloadResult> reload() {
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
            // Then the JVM ends by itself at a signal, with the same exit codes, and waits for this.
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
            Thread.currentThread().interrupt(); // nobody does
        }
    }

    /** Takes events until one of them ends it all, and gives the exit code that it asks for. */
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
                // The interrupt was for a start that is over; the signal itself is in the queue.
            }
        }
    }

    private int ended(Status status) {
        if (status.state() != State.FAILED) {
            reporter.info(status.path() + " has ended.");
            return ExitCode.OK.number();
        }
        if (status.failure().filter(StopException.class::isInstance).isEmpty()) { // else the stop tells it, below
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
        Optional<Integer> asked = Optional.empty();
        for (Event event = events.poll(); event != null; event = events.poll()) {
            if (event instanceof Event.Uncaught(Thread thread, Throwable error)) {
                reporter.error(lifecycleMessages.uncaught(thread, error)); // why it was cancelled, or what came with it
            }
            asked = asked.isPresent() ? asked : exitCodeOfCancellation(event);
        }
        if (!e.cancelled()) {
            return LifecycleMessages.exitCode(e).number();
        }
        // Where nobody asked for it the service stopped itself: what it had to do was done before it was ready.
        return asked.orElse(ExitCode.OK.number());
    }

    /** The exit code that an event asks for which comes while the tree starts. */
    private Optional<Integer> exitCodeOfCancellation(Event event) {
        return switch (event) {
            case Event.Interrupt _ -> Optional.of(ExitCode.INTERRUPTED.number());
            case Event.Terminate _ -> Optional.of(exitOnTerm);
            case Event.Uncaught _ -> Optional.of(ExitCode.SOFTWARE.number());
            case Event.ReloadRequested _, Event.Ended _ -> Optional.empty();
        };
    }

    /** Ends the process even if the stop cannot: after an OutOfMemoryError there may be no memory to stop with. */
    private void haltLater(Ginkgo running) {
        runOrHalt(() -> Thread.ofPlatform().daemon().name("ginkgo-halt").start(() -> {
            try {
                TimeUnit.NANOSECONDS.sleep(HALT_DELAY.toNanos());
                reporter.error(lifecycleMessages.halted(running.tasks()));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // nobody does; then it halts now
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
