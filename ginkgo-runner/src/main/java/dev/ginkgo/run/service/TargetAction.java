package dev.ginkgo.run.service;

import static java.util.stream.Collectors.joining;

import dev.ginkgo.config.ConfigProblem;
import dev.ginkgo.config.SettingInfo;
import dev.ginkgo.config.SettingSource;
import dev.ginkgo.config.ValidationResult;
import dev.ginkgo.run.daemon.DaemonRegistration;
import dev.ginkgo.run.dashboard.DashboardTarget;
import dev.ginkgo.run.log.LogConfigurator;
import dev.ginkgo.run.log.LogProvider;
import dev.ginkgo.run.log.RotatingLogFile;
import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ExitCode;
import dev.ginkgo.run.output.SettingsHelp;
import dev.ginkgo.run.program.Program;
import dev.ginkgo.run.program.Target;
import dev.ginkgo.run.systemd.SystemdUnit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Loads a target and performs the commands on it. Methods return exit codes and throw {@link CommandException}. */
public final class TargetAction {
    private final CommandContext commandContext;
    private final TargetOptions options;
    private final String targetArgument;
    private final LoadedTarget loadedTarget;

    public TargetAction(CommandContext commandContext, TargetOptions options, String targetArgument) {
        this.commandContext = commandContext;
        this.options = options;
        this.targetArgument = targetArgument;
        loadedTarget = new LoadedTarget(commandContext, options, targetArgument);
        Thread.currentThread().setContextClassLoader(loadedTarget.loader());
    }

    public Program program() {
        return loadedTarget.program();
    }

    /** Reports that the program compiles, which is all that can be checked of a main method. */
    public int checkMain(Program.MainProgram main) {
        commandContext
                .out()
                .println("ok: " + targetArgument + " compiles; " + main.type().getName()
                        + " has a main method, whose configuration cannot be checked; nothing was started");
        return ExitCode.OK.number();
    }

    /** Runs a main method on this thread. Threads that it started may keep running after it returns, as with {@code java}. */
    @SuppressWarnings("CatchAndPrintStackTrace")
    public int runMain(Program.MainProgram main, List<String> arguments) {
        LogProvider.configureIfNeeded();
        try {
            main.main().invoke(arguments.toArray(String[]::new));
            return ExitCode.KEEP_RUNNING;
        } catch (Throwable e) {
            commandContext.printError(loadedTarget.exceptionPrinter().render(e));
            return ExitCode.SOFTWARE.number();
        }
    }

    /** Prints every setting as TOML that can be used as a configuration file. */
    public int printSettings() {
        LoadedTarget.Prepared prepared = prepare();
        ValidationResult validationResult = prepared.builder().validate();
        commandContext
                .out()
                .println("# Settings of " + loadedTarget.name() + ", as a configuration file for this folder.");
        commandContext.out().println("# Each can also be set with --set key=value or an environment variable.");
        commandContext.out().println("service = \"" + serviceKey() + "\"");
        commandContext.out().println();
        commandContext.out().print(SettingsHelp.render(validationResult.settings()));
        commandContext.out().flush();
        validationResult.problems().forEach(configProblem -> commandContext.printError(configProblem.toString()));
        loadedTarget.missingEngines(validationResult.problems()).forEach(commandContext::printError);
        return ExitCode.OK.number();
    }

    /** Returns the value of the key {@code service} for a configuration file in the working directory. */
    private String serviceKey() {
        return switch (loadedTarget.target().code()) {
            case Target.SourceFile(Path file) ->
                commandContext.displayPath(file).replace("\\", "\\\\").replace("\"", "\\\"");
            case Target.ClassName(String name) -> name;
        };
    }

    /**
     * Returns the keys of all settings, such as {@code http.bind}.
     *
     * @throws CommandException if the service cannot be instantiated
     */
    public List<String> settingKeys() {
        return prepare().builder().validate().settings().stream()
                .map(SettingInfo::fullKey)
                .toList();
    }

    /** Validates the configuration and prints every problem. */
    public int check() {
        LoadedTarget.Prepared prepared = prepare();
        ValidationResult validationResult = prepared.builder().validate();
        validationResult.warnings().forEach(warning -> commandContext.printError("warning: " + warning));
        if (!validationResult.problems().isEmpty()) {
            return reportProblems(validationResult.problems());
        }
        processEnvironment(prepared, validationResult)
                .warnings()
                .forEach(warning -> commandContext.printError("warning: " + warning));
        long configured = validationResult.settings().stream()
                .map(SettingInfo::source)
                .filter(settingSource -> !SettingSource.ofDefault().equals(settingSource))
                .count();
        commandContext
                .out()
                .println("ok: " + loadedTarget.name() + ", "
                        + validationResult.settings().size() + " settings, " + configured
                        + " of them configured; nothing was started");
        return ExitCode.OK.number();
    }

    /** Prints the errors that a start would report, and nothing else, because the start follows. */
    public int preflight() {
        LoadedTarget.Prepared prepared = prepare();
        ValidationResult validationResult = prepared.builder().validate();
        if (!validationResult.problems().isEmpty()) {
            return reportProblems(validationResult.problems());
        }
        processEnvironment(prepared, validationResult); // throws if the operating system does not support the settings
        return ExitCode.OK.number();
    }

    /** Runs the service on this terminal until it has stopped. */
    public int run() {
        LoadedTarget.Prepared prepared = prepare();
        ValidationResult validationResult = prepared.builder().validate();
        if (!validationResult.problems().isEmpty()) {
            return reportProblems(validationResult.problems());
        }
        ProcessEnvironment processEnvironment = processEnvironment(prepared, validationResult);
        processEnvironment.prepare(Optional.empty());
        Optional<RotatingLogFile> log =
                prepared.logging().configure(validationResult, commandContext.directory(), processEnvironment::logPath);
        ServiceRunner serviceRunner = serviceRunner(
                prepared, validationResult, processEnvironment, new TerminalReporter(commandContext), log);
        processEnvironment.add(dashboard(prepared, validationResult, serviceRunner, true));
        try (PeriodicTasks periodicTasks = new PeriodicTasks()) {
            log.ifPresent(file -> periodicTasks.add(rotation(prepared, processEnvironment, file)));
            return serviceRunner.run();
        }
    }

    /**
     * Runs the service under a name: serves the control socket, and records the exit in the pidfile.
     *
     * @param launcher pipe to the launcher that waits for the start of a daemon; empty if the process stays on the
     *     terminal
     */
    public int run(DaemonRegistration daemonRegistration, Optional<LauncherPipe> launcher) {
        LoadedTarget.Prepared prepared = prepare();
        ValidationResult validationResult = prepared.builder().validate();
        if (!validationResult.problems().isEmpty()) {
            int code = reportProblems(validationResult.problems());
            daemonRegistration.end(
                    code,
                    validationResult.problems().stream()
                            .map(ConfigProblem::toString)
                            .collect(joining("\n")));
            return code;
        }
        try (PeriodicTasks periodicTasks = new PeriodicTasks()) {
            ProcessEnvironment processEnvironment = processEnvironment(prepared, validationResult);
            processEnvironment.prepare(
                    launcher.isPresent() ? Optional.of(daemonRegistration.defaultLog()) : Optional.empty());
            Optional<RotatingLogFile> log = launcher.isPresent()
                    ? Optional.of(prepared.logging()
                            .configureDaemon(
                                    validationResult,
                                    commandContext.directory(),
                                    daemonRegistration.defaultLog(),
                                    processEnvironment::logPath))
                    : prepared.logging()
                            .configure(validationResult, commandContext.directory(), processEnvironment::logPath);
            if (log.isPresent()) {
                daemonRegistration.log(log.get().path());
            }
            // The pidfile keeps its owner: a user that could write it could make root's "ginkgo stop" kill any process.
            processEnvironment.addOwnedFile(daemonRegistration.socket());
            ExitReasonRecorder exitReasonRecorder = new ExitReasonRecorder(
                    launcher.<Reporter>flatMap(pipe -> log.map(file -> new DaemonReporter(pipe, file)))
                            .orElseGet(() -> new TerminalReporter(commandContext)));
            ServiceRunner serviceRunner =
                    serviceRunner(prepared, validationResult, processEnvironment, exitReasonRecorder, log);
            processEnvironment.add(dashboard(prepared, validationResult, serviceRunner, launcher.isEmpty()));
            ControlHandler controlHandler = new ControlHandler(
                    prepared.service(),
                    serviceRunner,
                    loadedTarget.configurationPath(),
                    ProcessSettings.ProcessConfig.of(validationResult, commandContext.directory())
                            .console(),
                    periodicTasks::problems);
            int code;
            try {
                daemonRegistration.serve(controlHandler);
                periodicTasks.add(() -> daemonRegistration.serve(controlHandler));
                log.ifPresent(file -> periodicTasks.add(rotation(prepared, processEnvironment, file)));
                code = serviceRunner.run();
            } catch (IOException e) { // report it to the launcher: a daemon has no terminal any more
                exitReasonRecorder.startFailed(DaemonRegistration.describe(e));
                code = ExitCode.CANNOT_CREATE.number();
            }
            daemonRegistration.end(code, exitReasonRecorder.reasons());
            return code;
        } catch (IOException e) {
            throw new CommandException(ExitCode.CANNOT_CREATE, DaemonRegistration.describe(e));
        }
    }

    private static PeriodicTasks.PeriodicTask rotation(
            LoadedTarget.Prepared prepared, ProcessEnvironment processEnvironment, RotatingLogFile log) {
        return () -> {
            if (!processEnvironment.isSwitchPending()) {
                prepared.logging().rotate(log);
            }
        };
    }

    private ServiceRunner serviceRunner(
            LoadedTarget.Prepared prepared,
            ValidationResult validationResult,
            ProcessEnvironment processEnvironment,
            Reporter reporter,
            Optional<RotatingLogFile> log) {
        ServiceRunner serviceRunner = new ServiceRunner(
                reporter,
                loadedTarget.exceptionPrinter(),
                prepared.builder(),
                exitOnTerm(validationResult),
                processEnvironment,
                () -> log.ifPresent(PeriodicTasks.loggingFailures(RotatingLogFile::reopen)));
        loadedTarget.source().ifPresent(source -> SourceWatcher.start(source, serviceRunner));
        return serviceRunner;
    }

    private Optional<ProcessDashboard> dashboard(
            LoadedTarget.Prepared prepared,
            ValidationResult validationResult,
            ServiceRunner serviceRunner,
            boolean foreground) {
        return ProcessDashboard.of(
                ProcessSettings.ProcessConfig.of(validationResult, commandContext.directory())
                        .dashboard(),
                foreground,
                commandContext,
                new DashboardTarget(
                        prepared.service(),
                        serviceRunner::tree,
                        serviceRunner::reload,
                        loadedTarget.configurationPath()));
    }

    private ProcessEnvironment processEnvironment(LoadedTarget.Prepared prepared, ValidationResult validationResult) {
        return new ProcessEnvironment(
                commandContext,
                ProcessSettings.ProcessConfig.of(validationResult, commandContext.directory()),
                Stream.concat(loadedTarget.target().configuration().stream(), loadedTarget.credentials().stream())
                        .toList(),
                prepared.service()::status);
    }

    /** Prints a systemd unit for the service. */
    public int printSystemdUnit() {
        ValidationResult validationResult = prepare().builder().validate();
        if (!validationResult.problems().isEmpty()) {
            return reportProblems(validationResult.problems());
        }
        Program.ServiceProgram program = loadedTarget.serviceProgram();
        Path directory = commandContext.directory();
        boolean isFile = targetArgument.endsWith(".java") || targetArgument.endsWith(".toml");
        List<String> command = new ArrayList<>(List.of(System.getProperty("ginkgo.launcher", "ginkgo"), "run"));
        Set<String> secrets = SystemdUnit.givenSecrets(validationResult);
        command.addAll(options.arguments(directory, key -> !secrets.contains(key)));
        command.add(isFile ? directory.resolve(targetArgument).normalize().toString() : targetArgument);
        commandContext
                .out()
                .print(SystemdUnit.of(
                                program.type().getSimpleName(),
                                Path.of(targetArgument),
                                command,
                                validationResult,
                                ProcessSettings.ProcessConfig.of(validationResult, directory)
                                        .forUnit())
                        .render());
        commandContext.out().flush();
        return ExitCode.OK.number();
    }

    private static int exitOnTerm(ValidationResult validationResult) {
        return validationResult.settings().stream()
                .filter(setting -> setting.fullKey().equals("ginkgo.exit-on-term"))
                .map(setting -> Integer.parseInt(setting.value()))
                .findFirst()
                .orElse(ExitCode.TERMINATED.number());
    }

    private int reportProblems(List<ConfigProblem> problems) {
        problems.forEach(configProblem -> commandContext.printError(configProblem.toString()));
        loadedTarget.missingEngines(problems).forEach(commandContext::printError);
        commandContext.printError((problems.size() == 1 ? "1 problem" : problems.size() + " problems")
                + " in the configuration of " + loadedTarget.name() + "; nothing was started.");
        return ExitCode.CONFIGURATION.number();
    }

    private LoadedTarget.Prepared prepare() {
        return loadedTarget.prepare(LogConfigurator::configureDefaults);
    }
}
