package dev.ginkgo.run.dev;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.config.ConfigException;
import dev.ginkgo.config.ConfigProblem;
import dev.ginkgo.config.ReloadResult;
import dev.ginkgo.lifecycle.StartException;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.lifecycle.Status;
import dev.ginkgo.lifecycle.StopException;
import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ExceptionPrinter;
import dev.ginkgo.run.output.ExitCode;
import dev.ginkgo.run.output.SourceLines;
import dev.ginkgo.run.program.Target;
import dev.ginkgo.run.service.LifecycleMessages;
import dev.ginkgo.time.TimeSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs a program, and replaces it when its files change. The model is Quarkus' dev mode, in one process: the compiler is
 * warm, and the dashboard stays.
 *
 * <ul>
 *   <li>A new version is compiled, loaded and validated while the old one runs. If that fails, the old one runs on.
 *   <li>The old tree is stopped before the new one starts, because both need the same addresses. If the new one does not
 *       start, nothing runs until the next change.
 *   <li>A change of the configuration alone is a reload. If the tree rejects it, or a setting waits for a restart, the tree
 *       is replaced.
 * </ul>
 *
 * <p>The main thread does all this, and processes one event after the other.
 */
final class DevSession {
    private final DevProgram program;
    private final DevReporter reporter;
    private final FileWatcher fileWatcher;
    private final Runnable onLogConfigured;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final Thread main = Thread.currentThread();
    private volatile boolean starting;
    private volatile @Nullable ProgramVersion current;

    /** First version until it is started. */
    private @Nullable ProgramVersion first;

    /** Whether sources have changed since the current version was loaded. */
    private boolean outdated;

    private sealed interface Event {
        /** Request to stop, with the exit code for it. */
        record Stop(int exitCode) implements Event {}

        /** Request to reload the configuration. */
        record Reload(CompletableFuture<ReloadResult> result) implements Event {}

        /** Uncaught exception on a thread that is not a task. */
        record Uncaught(Thread thread, Throwable error) implements Event {}

        /** The root of a version stopped itself or failed. */
        record Ended(ProgramVersion version) implements Event {}
    }

    /**
     * @param onLogConfigured called after the log has been configured
     */
    DevSession(DevProgram program, DevReporter reporter, FileWatcher fileWatcher, Runnable onLogConfigured) {
        this.program = program;
        this.reporter = reporter;
        this.fileWatcher = fileWatcher;
        this.onLogConfigured = onLogConfigured;
    }

    /** Requests the end of the session. Any thread. */
    void stop(int exitCode) {
        add(new Event.Stop(exitCode));
    }

    /** Reports an exception that no task caught; {@code ginkgo run} would end. Any thread. */
    void uncaught(Thread thread, Throwable error) {
        add(new Event.Uncaught(thread, error));
    }

    /** Requests a reload of the configuration, of which only the terminal shows the result. Any thread. */
    void requestReload() {
        events.add(new Event.Reload(new CompletableFuture<>()));
    }

    /** Requests a reload of the configuration. Any thread. */
    CompletableFuture<ReloadResult> reload() {
        CompletableFuture<ReloadResult> result = new CompletableFuture<>();
        events.add(new Event.Reload(result));
        return result;
    }

    /** Returns the version that runs, or did not start. Any thread. */
    Optional<ProgramVersion> current() {
        return Optional.ofNullable(current);
    }

    private void add(Event event) {
        events.add(event);
        if (starting) {
            main.interrupt();
        }
    }

    /**
     * Loads the first version, which {@link #run} starts. Reports the problem and returns empty if that is not possible.
     * Called on the thread that created this session.
     */
    Optional<ProgramVersion> loadFirst() {
        Optional<ProgramVersion> version = load();
        first = version.orElse(null);
        return version;
    }

    /** Runs until a stop is requested, and returns the exit code. Called on the thread that created this session. */
    int run() {
        startFirst();
        OptionalInt exitCode = OptionalInt.empty();
        while (exitCode.isEmpty()) {
            exitCode = processEvent();
        }
        return exitCode.getAsInt();
    }

    private void startFirst() {
        ProgramVersion version = first;
        first = null;
        if (version != null) {
            replaceBy(version, TimeSource.system().nanos(), false);
            program.warmUpCompiler();
        }
    }

    /**
     * Processes the next event, or polls the files if there is none, and returns the exit code if it ends the session. No
     * frame of the loop around it has a variable for a version: the interpreter would keep the version from being released.
     */
    private OptionalInt processEvent() {
        switch (nextEvent()) {
            case null -> fileWatcher.poll().ifPresent(this::changed);
            case Event.Stop(int exitCode) -> {
                return OptionalInt.of(stopped(exitCode));
            }
            case Event.Reload(CompletableFuture<ReloadResult> result) -> reload(result);
            case Event.Uncaught(Thread thread, Throwable error) -> {
                LifecycleMessages messages = new LifecycleMessages(printer());
                reporter.problem(messages.uncaught(thread, error), "Nothing is running.");
                stopCurrent();
            }
            case Event.Ended(ProgramVersion version) -> ended(version);
        }
        return OptionalInt.empty();
    }

    /** Returns the next event, or null if there is none until the next poll. */
    private @Nullable Event nextEvent() {
        while (true) {
            try {
                return events.poll(fileWatcher.pause().toNanos(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                // The interrupt was for a start, which is complete; the request itself is in the queue.
            }
        }
    }

    private void changed(Set<Path> files) {
        long begin = TimeSource.system().nanos();
        reporter.info(reporter.names(files) + (files.size() == 1 ? " has changed" : " have changed"));
        ProgramVersion running = current;
        boolean sources = files.stream().allMatch(file -> file.toString().endsWith(".java"));
        outdated |= !isConfiguration(files);
        if (running != null && running.isRunning() && !outdated && isReloaded(running)) {
            return;
        }
        Optional<ProgramVersion> loaded = load();
        if (loaded.isEmpty()) {
            return;
        }
        ProgramVersion version = loaded.get();
        if (running != null && running.isRunning() && sources && version.hasSameClasses(running)) {
            version.close();
            outdated = false;
            reporter.solved();
            reporter.info("no class has changed; the program runs on");
            return;
        }
        replaceBy(version, begin, true);
    }

    private boolean isConfiguration(Set<Path> files) {
        return files.stream()
                .allMatch(file -> current()
                        .flatMap(version -> version.target().configuration())
                        .filter(file::equals)
                        .isPresent());
    }

    /** Reloads the configuration; returns false if the program has to be replaced. */
    private boolean isReloaded(ProgramVersion running) {
        Optional<Target> target = program.target();
        if (target.isEmpty() || !target.get().equals(running.target())) {
            return false; // invalid, or for another program
        }
        ReloadResult result = running.tree().orElseThrow().reload();
        if (result.outcome() != ReloadResult.Outcome.APPLIED
                || !result.pendingRestart().isEmpty()) {
            return false;
        }
        reporter.solved();
        reporter.info(running.messages().reload(result));
        return true;
    }

    private void reload(CompletableFuture<ReloadResult> result) {
        Optional<Ginkgo> tree = current().flatMap(ProgramVersion::tree);
        if (tree.isEmpty()) {
            reporter.info("nothing to reload: nothing is running");
            result.completeExceptionally(new IllegalStateException("nothing is running"));
            return;
        }
        ReloadResult reloadResult = tree.get().reload();
        reporter.info(new LifecycleMessages(printer()).reload(reloadResult));
        result.complete(reloadResult);
    }

    /** Loads and validates a version; reports the problems and returns empty if that is not possible. */
    private Optional<ProgramVersion> load() {
        try {
            ProgramVersion version = program.load(fileWatcher, onLogConfigured);
            List<ConfigProblem> problems = version.validationResult().problems();
            if (problems.isEmpty()) {
                return Optional.of(version);
            }
            version.close();
            List<String> lines = new ArrayList<>(
                    problems.stream().map(ConfigProblem::toString).toList());
            lines.addAll(version.loadedTarget().missingEngines(problems));
            problem(String.join(System.lineSeparator(), lines));
        } catch (CommandException e) {
            problem(e.text());
        } catch (LinkageError e) { // the classes of the class path do not fit together
            problem(new ExceptionPrinter(false, SourceLines.none()).render(e));
        }
        return Optional.empty();
    }

    private void problem(String text) {
        boolean running = current().filter(ProgramVersion::isRunning).isPresent();
        reporter.problem(text, running ? "The version before the change runs on." : "Nothing is running.");
    }

    /**
     * Stops the current version, if there is one, and starts another.
     *
     * @param begin when it was begun to load the version, on the monotonic clock
     * @param changed whether files have changed, so that it is of interest how long everything took
     */
    private void replaceBy(ProgramVersion version, long begin, boolean changed) {
        outdated = false;
        long stopping = TimeSource.system().nanos();
        stopCurrent();
        long stopped = TimeSource.system().nanos();
        current = version;
        try {
            starting = true;
            program.configureLog(version, onLogConfigured);
            Ginkgo tree = version.start();
            reporter.solved();
            long ready = TimeSource.system().nanos();
            Status status = tree.status();
            reporter.info(LifecycleMessages.readiness(
                    status,
                    Duration.ofNanos(ready - begin),
                    changed
                            ? "; compiled in " + millis(stopping - begin) + ", stopped in " + millis(stopped - stopping)
                                    + ", started in " + millis(ready - stopped)
                            : "; press Ctrl-C to stop"));
            Thread.ofVirtual().name("ginkgo-dev-end").start(() -> awaitEnd(version, tree));
        } catch (ConfigException | CommandException e) {
            notStarted(version, String.valueOf(e.getMessage()));
        } catch (StartException e) {
            notStarted(version, version.messages().notStarted(e));
        } finally {
            starting = false;
            // An interrupt for a start that was complete: the request is in the queue, and must not interrupt the
            // compiler.
            Thread.interrupted();
        }
    }

    private void notStarted(ProgramVersion version, String why) {
        version.close();
        reporter.problem(why, "Nothing is running.");
    }

    private static String millis(long nanos) {
        return Duration.ofNanos(nanos).toMillis() + " ms";
    }

    private void awaitEnd(ProgramVersion version, Ginkgo tree) {
        try {
            tree.awaitStopped();
            events.add(new Event.Ended(version));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // not expected
        }
    }

    private void ended(ProgramVersion version) {
        Optional<Ginkgo> tree = version.tree();
        if (tree.isEmpty()) {
            return; // stopped by this session
        }
        Status status = tree.get().status();
        if (status.state() == State.FAILED) {
            reporter.problem(version.messages().failed(status), "Nothing is running.");
        } else {
            reporter.info(status.path() + " has stopped. Waiting for a change.");
        }
        stopCurrent();
    }

    /** Stops the current version and releases its classes, if it is running. */
    private void stopCurrent() {
        ProgramVersion version = current;
        if (version == null || !version.isRunning()) {
            return;
        }
        try {
            version.stop();
        } catch (StopException e) {
            reporter.info(version.messages().unclean(e));
        }
        version.close();
    }

    private int stopped(int exitCode) {
        ProgramVersion version = current;
        if (version == null || !version.isRunning()) {
            return exitCode;
        }
        long begin = TimeSource.system().nanos();
        Status status = version.tree().orElseThrow().status();
        try {
            version.stop();
            reporter.info(version.messages()
                    .stopped(status, Duration.ofNanos(TimeSource.system().nanos() - begin)));
            return exitCode;
        } catch (StopException e) {
            reporter.info(version.messages().unclean(e));
            return e.leaks().isEmpty() ? ExitCode.SOFTWARE.number() : ExitCode.LEAK.number();
        }
    }

    private ExceptionPrinter printer() {
        return current()
                .map(version -> version.loadedTarget().exceptionPrinter())
                .orElseGet(() -> new ExceptionPrinter(false, SourceLines.none()));
    }
}
