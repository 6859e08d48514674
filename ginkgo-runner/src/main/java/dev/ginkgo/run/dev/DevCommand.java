package dev.ginkgo.run.dev;

import dev.ginkgo.Service;
import dev.ginkgo.config.SettingInfo;
import dev.ginkgo.lifecycle.StartException;
import dev.ginkgo.run.dashboard.DashboardTarget;
import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ExitCode;
import dev.ginkgo.run.service.LifecycleMessages;
import dev.ginkgo.run.service.ProcessDashboard;
import dev.ginkgo.run.service.SignalHandlers;
import dev.ginkgo.run.service.TargetOptions;
import dev.ginkgo.time.TimeSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** {@code ginkgo dev}: the process around a {@link DevSession}, with its signals and its dashboard. */
public final class DevCommand {
    private static final String DASHBOARD = "ginkgo.dashboard";

    private final CommandContext commandContext;
    private final TargetOptions options;
    private final String targetArgument;
    private final DevReporter reporter;
    private final FileWatcher fileWatcher = new FileWatcher(TimeSource.system());
    private final AtomicInteger interrupts = new AtomicInteger();
    private final DevProgram program;
    private final DevSession session;
    private @Nullable ProcessDashboard dashboard; // used by the main thread

    /** Called on the main thread. */
    public DevCommand(CommandContext commandContext, TargetOptions options, String targetArgument) {
        this.commandContext = commandContext;
        this.options = options;
        this.targetArgument = targetArgument;
        reporter = new DevReporter(commandContext);
        program = new DevProgram(commandContext, options, targetArgument);
        session = new DevSession(program, reporter, fileWatcher, this::logConfigured);
    }

    /** Stands for the program in the dashboard until there is a version that can be loaded. */
    private static final class NoProgram extends Service {}

    /** Handles the signals of the process, runs the session, and returns the exit code. Called once, on the main thread. */
    public int run() {
        Thread.setDefaultUncaughtExceptionHandler(session::uncaught);
        SignalHandlers.handle("INT", this::interrupt);
        SignalHandlers.handle("TERM", () -> session.stop(ExitCode.TERMINATED.number()));
        SignalHandlers.handle("HUP", session::requestReload);
        return runSession();
    }

    /** Runs the session without handling signals. Called once, on the main thread. */
    int runSession() {
        try {
            return isPrepared() ? session.run() : ExitCode.CONFIGURATION.number();
        } catch (StartException e) { // of the dashboard
            commandContext.printError(String.valueOf(e.getMessage()));
            return LifecycleMessages.exitCode(e).number();
        } finally {
            if (dashboard != null) {
                dashboard.stop();
            }
        }
    }

    /**
     * Loads the first version and starts the dashboard. Returns false if the target has been reported to be invalid, and
     * there is no file whose change could help.
     */
    private boolean isPrepared() {
        Optional<ProgramVersion> first = session.loadFirst();
        if (first.isEmpty() && !isFile() && program.target().isEmpty()) {
            return false;
        }
        if (fileWatcher.watchList().isEmpty()) {
            throw new CommandException(
                    ExitCode.CONFIGURATION,
                    targetArgument + " has no files that could change; start it with ginkgo run.");
        }
        first.map(DevProgram::settingsWithoutEffect)
                .orElse(List.of())
                .forEach(key -> commandContext.printError("warning: " + key + " has no effect in development mode"));
        startDashboard(first);
        reporter.info("watching " + reporter.names(files()) + "; a change replaces the running program");
        return true;
    }

    /** Returns the session, for tests that run it without signals. */
    DevSession session() {
        return session;
    }

    private boolean isFile() {
        Path file = commandContext.directory().resolve(targetArgument);
        return Files.isRegularFile(file);
    }

    private List<Path> files() {
        List<Path> files = new ArrayList<>(fileWatcher.watchList().files());
        files.addAll(fileWatcher.watchList().classFolders());
        return files;
    }

    private void interrupt() {
        if (interrupts.incrementAndGet() == 1) {
            session.stop(ExitCode.INTERRUPTED.number());
            return;
        }
        reporter.info("Halted before the stop was complete.");
        Runtime.getRuntime().halt(ExitCode.INTERRUPTED.number());
    }

    private void startDashboard(Optional<ProgramVersion> first) {
        String setting = first.flatMap(version -> version.validationResult().settings().stream()
                        .filter(each -> each.fullKey().equals(DASHBOARD))
                        .map(SettingInfo::value)
                        .findFirst())
                .orElse(options.settings().getOrDefault(DASHBOARD, ProcessDashboard.AUTO));
        Service none = new NoProgram();
        Optional<ProcessDashboard> created = ProcessDashboard.of(
                setting,
                true,
                commandContext,
                new DashboardTarget(
                        () -> session.current().map(ProgramVersion::root).orElse(none),
                        () -> session.current().flatMap(ProgramVersion::tree),
                        session::reload,
                        targetArgument.endsWith(".toml")
                                ? commandContext
                                        .directory()
                                        .resolve(targetArgument)
                                        .toString()
                                : "",
                        reporter::problem));
        if (created.isPresent()) {
            dashboard = created.get();
            dashboard.start();
        }
    }

    private void logConfigured() {
        if (dashboard != null) {
            dashboard.logConfigured();
        }
    }
}
