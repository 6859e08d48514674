package dev.ginkgo.run.service;

import static java.util.stream.Collectors.joining;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.config.ConfigProblem;
import dev.ginkgo.config.Configuration;
import dev.ginkgo.config.SettingInfo;
import dev.ginkgo.config.SettingSource;
import dev.ginkgo.config.ValidationResult;
import dev.ginkgo.run.daemon.DaemonRegistration;
import dev.ginkgo.run.log.LogConfigurator;
import dev.ginkgo.run.log.LogProvider;
import dev.ginkgo.run.log.RotatingLogFile;
import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ExceptionPrinter;
import dev.ginkgo.run.output.ExitCode;
import dev.ginkgo.run.output.SettingsHelp;
import dev.ginkgo.run.program.EngineJars;
import dev.ginkgo.run.program.Program;
import dev.ginkgo.run.program.ProgramLoader;
import dev.ginkgo.run.program.Target;
import dev.ginkgo.run.program.TargetResolver;
import dev.ginkgo.run.systemd.SystemdUnit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One target, loaded, and what the command does with it. Gives exit codes, and {@link CommandException} for all else. */
public final class TargetAction {
    private final CommandContext commandContext;
    private final TargetOptions options;
    private final Target target;
    private final EngineJars engineJars;
    private final ProgramLoader.Loaded loaded;
    private final ExceptionPrinter exceptionPrinter;
    private final String targetArgument;

    public TargetAction(CommandContext commandContext, TargetOptions options, String word) {
        this.commandContext = commandContext;
        this.options = options;
        this.targetArgument = word;
        target = new TargetResolver(commandContext).resolve(word);
        engineJars = EngineJars.of(
                Optional.ofNullable(System.getProperty("ginkgo.home")).map(Path::of),
                configuration(commandContext, options, target));
        loaded = new ProgramLoader(
                        commandContext,
                        options.classPath(commandContext.directory()),
                        options.service(),
                        engineJars.loader())
                .load(target);
        exceptionPrinter = new ExceptionPrinter(options.stackTraces(), loaded.sources());
        Thread.currentThread().setContextClassLoader(loaded.loader());
    }

    public Program program() {
        return loaded.program();
    }

    /** Says that there is nothing to check but the compiler's opinion. */
    public int checkMain(Program.MainProgram main) {
        commandContext
                .out()
                .println("ok: " + targetArgument + " compiles; " + main.type().getName()
                        + " has a main method, which configures by itself what it starts. Nothing was started.");
        return ExitCode.OK.number();
    }

    /** Runs a main method on this thread. When it returns, its other threads run on, as with {@code java}. */
    @SuppressWarnings("CatchAndPrintStackTrace")
    public int runMain(Program.MainProgram main, List<String> arguments) {
        LogProvider.configureIfNeeded();
        try {
            main.main().invoke(arguments.toArray(String[]::new));
            return ExitCode.KEEP_RUNNING;
        } catch (Throwable e) {
            commandContext.printError(exceptionPrinter.render(e));
            return ExitCode.SOFTWARE.number();
        }
    }

    /** Prints every setting. */
    public int printSettings() {
        Prepared prepared = prepare();
        ValidationResult validationResult = prepared.builder().validate();
        commandContext
                .out()
                .println("Settings of " + name()
                        + ", as the lines of a .toml file; each can be given by --set key=value too.");
        commandContext.out().println();
        commandContext.out().print(SettingsHelp.render(validationResult.settings()));
        commandContext.out().flush();
        validationResult.problems().forEach(configProblem -> commandContext.printError(configProblem.toString()));
        engineJars.missing(validationResult.problems()).forEach(commandContext::printError);
        return ExitCode.OK.number();
    }

    /** Binds and validates, and says what is wrong, all of it. */
    public int check() {
        Prepared prepared = prepare();
        ValidationResult validationResult = prepared.builder().validate();
        validationResult.warnings().forEach(warning -> commandContext.printError("warning: " + warning));
        if (!validationResult.problems().isEmpty()) {
            return reportProblems(validationResult.problems());
        }
        processEnvironment(prepared, validationResult)
                .warnings()
                .forEach(warning -> commandContext.printError("warning: " + warning));
        long given = validationResult.settings().stream()
                .map(SettingInfo::source)
                .filter(settingSource -> !settingSource.equals(SettingSource.ofDefault()))
                .count();
        commandContext
                .out()
                .println("ok: " + name() + ", " + validationResult.settings().size() + " settings, " + given
                        + " of them given; nothing was started.");
        return ExitCode.OK.number();
    }

    /** Says what a start would refuse, in its words, and nothing else: the start itself says the rest. */
    public int preflight() {
        Prepared prepared = prepare();
        ValidationResult validationResult = prepared.builder().validate();
        if (!validationResult.problems().isEmpty()) {
            return reportProblems(validationResult.problems());
        }
        processEnvironment(prepared, validationResult); // refuses what the operating system cannot do
        return ExitCode.OK.number();
    }

    /** Starts the service on this terminal and stays until it has stopped. */
    public int run() {
        Prepared prepared = prepare();
        ValidationResult validationResult = prepared.builder().validate();
        if (!validationResult.problems().isEmpty()) {
            return reportProblems(validationResult.problems());
        }
        ProcessEnvironment processEnvironment = processEnvironment(prepared, validationResult);
        processEnvironment.prepare(Optional.empty());
        Optional<RotatingLogFile> log = prepared.logging().configure(validationResult, commandContext.directory());
        ServiceRunner serviceRunner = serviceRunner(
                prepared, validationResult, processEnvironment, new TerminalReporter(commandContext), log);
        try (PeriodicTasks periodicTasks = new PeriodicTasks()) {
            log.ifPresent(file -> periodicTasks.add(() -> prepared.logging().rotate(file)));
            return serviceRunner.run();
        }
    }

    /**
     * The same under a name: it answers at its control socket, and its end is written down.
     *
     * @param launcher who waits for the start of a daemon; empty if it stays on the terminal
     */
    public int run(DaemonRegistration daemonRegistration, Optional<LauncherPipe> launcher) {
        Prepared prepared = prepare();
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
                                    validationResult, commandContext.directory(), daemonRegistration.defaultLog()))
                    : prepared.logging().configure(validationResult, commandContext.directory());
            if (log.isPresent()) {
                daemonRegistration.log(log.get().path());
            }
            // Not the pidfile: whoever could write it could have root's stop end any process.
            processEnvironment.addOwnedFile(daemonRegistration.socket());
            ExitReasonRecorder voice = new ExitReasonRecorder(
                    launcher.<Reporter>flatMap(waiting -> log.map(file -> new DaemonReporter(waiting, file)))
                            .orElseGet(() -> new TerminalReporter(commandContext)));
            ServiceRunner serviceRunner = serviceRunner(prepared, validationResult, processEnvironment, voice, log);
            ControlHandler controlHandler = new ControlHandler(
                    prepared.service(),
                    serviceRunner,
                    configurationPath(),
                    ProcessSettings.ProcessConfig.of(validationResult, commandContext.directory())
                            .console());
            int code;
            try {
                daemonRegistration.serve(controlHandler);
                periodicTasks.add(() -> daemonRegistration.serve(controlHandler));
                log.ifPresent(file -> periodicTasks.add(() -> prepared.logging().rotate(file)));
                code = serviceRunner.run();
            } catch (IOException e) { // a daemon's terminal is gone by now: its voice reaches who waits for it
                voice.startFailed(DaemonRegistration.describe(e));
                code = ExitCode.CANNOT_CREATE.number();
            }
            daemonRegistration.end(code, voice.reasons());
            return code;
        } catch (IOException e) {
            throw new CommandException(ExitCode.CANNOT_CREATE, DaemonRegistration.describe(e));
        }
    }

    private ServiceRunner serviceRunner(
            Prepared prepared,
            ValidationResult validationResult,
            ProcessEnvironment processEnvironment,
            Reporter reporter,
            Optional<RotatingLogFile> log) {
        return new ServiceRunner(
                reporter,
                exceptionPrinter,
                prepared.builder(),
                exitOnTerm(validationResult),
                processEnvironment,
                () -> log.ifPresent(PeriodicTasks.loggingFailures(RotatingLogFile::reopen)));
    }

    private ProcessEnvironment processEnvironment(Prepared prepared, ValidationResult validationResult) {
        return new ProcessEnvironment(
                commandContext,
                ProcessSettings.ProcessConfig.of(validationResult, commandContext.directory()),
                target.configuration().stream().toList(),
                prepared.service()::status);
    }

    /** Prints a unit for systemd that runs it. */
    public int printSystemdUnit() {
        ValidationResult validationResult = prepare().builder().validate();
        if (!validationResult.problems().isEmpty()) {
            return reportProblems(validationResult.problems());
        }
        Program.ServiceProgram program = (Program.ServiceProgram) loaded.program();
        Path directory = commandContext.directory();
        boolean isFile = targetArgument.endsWith(".java") || targetArgument.endsWith(".toml");
        List<String> command = new ArrayList<>(List.of(System.getProperty("ginkgo.launcher", "ginkgo"), "run"));
        command.addAll(options.arguments(directory));
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

    /** Where the configuration comes from, absolute. */
    private String configurationPath() {
        return target.configuration().map(Path::toString).orElse("");
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
        engineJars.missing(problems).forEach(commandContext::printError);
        commandContext.printError((problems.size() == 1 ? "1 problem" : problems.size() + " problems")
                + " in the configuration of " + name() + "; nothing was started.");
        return ExitCode.CONFIGURATION.number();
    }

    private record Prepared(Service service, Ginkgo.Builder builder, LogConfigurator logging) {}

    private Prepared prepare() {
        Program.ServiceProgram program = (Program.ServiceProgram) loaded.program();
        LogConfigurator logConfigurator = new LogConfigurator(loaded.loader(), exceptionPrinter);
        logConfigurator.configureDefaults();
        Service service = instantiate(program);
        Ginkgo.Builder builder = Ginkgo.of(service)
                .configuration(configuration(commandContext, options, target))
                .section(logConfigurator.table())
                .section(new ProcessSettings().table());
        return new Prepared(service, builder, logConfigurator);
    }

    private Service instantiate(Program.ServiceProgram program) {
        try {
            return ProgramLoader.instantiate(program.type());
        } catch (Throwable e) {
            throw new CommandException(
                    ExitCode.SOFTWARE, program.type().getName() + " cannot be made: " + exceptionPrinter.render(e));
        }
    }

    private static Configuration configuration(CommandContext commandContext, TargetOptions options, Target target) {
        Configuration configuration = Configuration.empty()
                .workingDirectory(commandContext.directory())
                .environment(commandContext.environment());
        if (target.configuration().isPresent()) {
            configuration = configuration.file(
                    commandContext.directory().relativize(target.configuration().get()));
        }
        for (Map.Entry<String, String> entry : options.settings().entrySet()) {
            configuration = configuration.set(entry.getKey(), entry.getValue());
        }
        return configuration;
    }

    private String name() {
        Program.ServiceProgram program = (Program.ServiceProgram) loaded.program();
        String type = program.type().getSimpleName();
        return targetArgument.equals(program.type().getName()) ? type : type + " (" + targetArgument + ")";
    }
}
