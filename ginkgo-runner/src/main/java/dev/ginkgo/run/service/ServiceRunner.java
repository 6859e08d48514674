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
    private static final Duration LAST_RESORT = Duration.ofMinutes(1);

    private final Reporter voice;
    private final LifecycleMessages reports;
    private final Runnable reopenLog;
    private final Ginkgo.Builder builder;
    private final ProcessEnvironment entourage;
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
     * @param voice to whom it says what happens
     * @param exitOnTerm the exit code for a SIGTERM that comes before the tree is up and can be asked itself
     * @param reopenLog opens the log anew, for HUP and USR1
     */
    ServiceRunner(
            Reporter voice,
            ExceptionPrinter failures,
            Ginkgo.Builder builder,
            int exitOnTerm,
            ProcessEnvironment entourage,
            Runnable reopenLog) {
        this.exitOnTerm = exitOnTerm;
        this.voice = voice;
        this.entourage = entourage;
        this.builder = entourage.attach(builder);
        this.reopenLog = reopenLog;
        reports = new LifecycleMessages(failures);
    }

    /** Returns when the service has stopped. Called by the main thread, once. */
    int run() {
        try {
            return startAndStop();
        } finally {
            entourage.over();
        }
    }

    private int startAndStop() {
        listen();
        long begin = TimeSource.system().nanos();
        Ginkgo running;
        try {
            entourage.starting();
            running = builder.start();
        } catch (ConfigException e) {
            voice.notStarted(String.valueOf(e.getMessage()));
            return ExitCode.CONFIGURATION.number();
        } catch (StartException e) {
            return notStarted(e);
        }
        tree = running;
        starting = false;
        boolean late = Thread.interrupted(); // a signal at the last moment of the start: it is in the queue
        if (!late) {
            entourage.serving(running);
            voice.ready(running.status(), Duration.ofNanos(TimeSource.system().nanos() - begin));
        }
        Thread.ofVirtual().name("ginkgo-end").start(() -> awaitEnd(running));
        return stop(running, serve(running));
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

    private void listen() {
        Thread.setDefaultUncaughtExceptionHandler(
                (thread, error) -> orHalt(() -> tell(new Event.Uncaught(thread, error))));
        boolean handled = SignalHandlers.handle("INT", this::interrupt);
        handled &= SignalHandlers.handle("TERM", () -> tell(new Event.Terminate()));
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

    private void tell(Event event) {
        events.add(event);
        if (starting) {
            main.interrupt();
        }
    }

    private void interrupt() {
        if (interrupts.incrementAndGet() == 1) {
            tell(new Event.Interrupt());
            return;
        }
        Ginkgo running = tree;
        voice.complain(running == null ? "Halted while starting." : reports.halted(running.tasks()));
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
    private int serve(Ginkgo running) {
        while (true) {
            switch (next()) {
                case Event.Interrupt _ -> {
                    return ExitCode.INTERRUPTED.number();
                }
                case Event.Terminate _ -> {
                    return running.exitOnTerm();
                }
                case Event.ReloadRequested(CompletableFuture<ReloadResult> result) -> {
                    ReloadResult reload = entourage.reload(running);
                    voice.say(reports.reload(reload));
                    result.complete(reload);
                }
                case Event.Uncaught(Thread thread, Throwable error) -> {
                    voice.complain(reports.uncaught(thread, error));
                    haltLater(running);
                    return ExitCode.SOFTWARE.number();
                }
                case Event.Ended _ -> {
                    return ended(running.status());
                }
            }
        }
    }

    private Event next() {
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
            voice.say(status.path() + " has ended.");
            return ExitCode.OK.number();
        }
        if (status.failure().filter(StopException.class::isInstance).isEmpty()) { // else the stop tells it, below
            voice.complain(reports.failed(status));
        }
        return ExitCode.FAILED.number();
    }

    private int stop(Ginkgo running, int code) {
        long begin = TimeSource.system().nanos();
        entourage.stopping();
        boolean ended = code == ExitCode.OK.number() || code == ExitCode.FAILED.number();
        try {
            running.stop();
            if (!ended) {
                voice.say(reports.stopped(
                        running.status(), Duration.ofNanos(TimeSource.system().nanos() - begin)));
            }
            return code;
        } catch (StopException e) {
            voice.complain(reports.unclean(e));
            if (!e.leaks().isEmpty()) {
                return ExitCode.LEAK.number();
            }
            return code == ExitCode.FAILED.number() ? code : ExitCode.SOFTWARE.number();
        }
    }

    private int notStarted(StartException e) {
        starting = false;
        voice.notStarted(reports.notStarted(e));
        Optional<Integer> asked = Optional.empty();
        for (Event event = events.poll(); event != null; event = events.poll()) {
            if (event instanceof Event.Uncaught(Thread thread, Throwable error)) {
                voice.complain(reports.uncaught(thread, error)); // why it was cancelled, or what came with it
            }
            asked = asked.isPresent() ? asked : cancelledBy(event);
        }
        if (!e.cancelled()) {
            return LifecycleMessages.code(e).number();
        }
        // Where nobody asked for it the service stopped itself: what it had to do was done before it was ready.
        return asked.orElse(ExitCode.OK.number());
    }

    /** The exit code that an event asks for which comes while the tree starts. */
    private Optional<Integer> cancelledBy(Event event) {
        return switch (event) {
            case Event.Interrupt _ -> Optional.of(ExitCode.INTERRUPTED.number());
            case Event.Terminate _ -> Optional.of(exitOnTerm);
            case Event.Uncaught _ -> Optional.of(ExitCode.SOFTWARE.number());
            case Event.ReloadRequested _, Event.Ended _ -> Optional.empty();
        };
    }

    /** Ends the process even if the stop cannot: after an OutOfMemoryError there may be no memory to stop with. */
    private void haltLater(Ginkgo running) {
        orHalt(() -> Thread.ofPlatform().daemon().name("ginkgo-halt").start(() -> {
            try {
                TimeUnit.NANOSECONDS.sleep(LAST_RESORT.toNanos());
                voice.complain(reports.halted(running.tasks()));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // nobody does; then it halts now
            } finally {
                Runtime.getRuntime().halt(ExitCode.SOFTWARE.number());
            }
        }));
    }

    private static void orHalt(Runnable action) {
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
