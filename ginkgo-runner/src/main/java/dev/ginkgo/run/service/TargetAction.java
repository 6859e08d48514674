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
    private final CommandContext terminal;
    private final TargetOptions options;
    private final Target target;
    private final EngineJars engines;
    private final ProgramLoader.Loaded loaded;
    private final ExceptionPrinter failures;
    private final String word;

    public TargetAction(CommandContext terminal, TargetOptions options, String word) {
        this.terminal = terminal;
        this.options = options;
        this.word = word;
        target = new TargetResolver(terminal).resolve(word);
        engines = EngineJars.of(
                Optional.ofNullable(System.getProperty("ginkgo.home")).map(Path::of),
                configuration(terminal, options, target));
        loaded = new ProgramLoader(terminal, options.classPath(terminal.directory()), options.service(), engines.loader())
                .load(target);
        failures = new ExceptionPrinter(options.stackTraces(), loaded.sources());
        Thread.currentThread().setContextClassLoader(loaded.loader());
    }

    public Program program() {
        return loaded.program();
    }

    /** Says that there is nothing to check but the compiler's opinion. */
    public int checkMain(Program.MainProgram main) {
        terminal.out()
                .println("ok: " + word + " compiles; " + main.type().getName()
                        + " has a main method, which configures by itself what it starts. Nothing was started.");
        return ExitCode.OK.number();
    }

    /** Runs a main method on this thread. When it returns, its other threads run on, as with {@code java}. */
    @SuppressWarnings("CatchAndPrintStackTrace")
    public int runMain(Program.MainProgram main, List<String> arguments) {
        LogProvider.configure();
        try {
            main.main().invoke(arguments.toArray(String[]::new));
            return ExitCode.RUNS_ON;
        } catch (Throwable e) {
            terminal.tell(failures.render(e));
            return ExitCode.SOFTWARE.number();
        }
    }

    /** Prints every setting. */
    public int help() {
        Prepared prepared = prepare();
        ValidationResult description = prepared.builder().describe();
        terminal.out()
                .println("Settings of " + name()
                        + ", as the lines of a .toml file; each can be given by --set key=value too.");
        terminal.out().println();
        terminal.out().print(SettingsHelp.render(description.settings()));
        terminal.out().flush();
        description.problems().forEach(problem -> terminal.tell(problem.toString()));
        engines.missing(description.problems()).forEach(terminal::tell);
        return ExitCode.OK.number();
    }

    /** Binds and validates, and says what is wrong, all of it. */
    public int check() {
        Prepared prepared = prepare();
        ValidationResult description = prepared.builder().describe();
        description.warnings().forEach(warning -> terminal.tell("warning: " + warning));
        if (!description.problems().isEmpty()) {
            return refuse(description.problems());
        }
        entourage(prepared, description).warnings().forEach(warning -> terminal.tell("warning: " + warning));
        long given = description.settings().stream()
                .map(SettingInfo::origin)
                .filter(origin -> !origin.equals(SettingSource.byDefault()))
                .count();
        terminal.out()
                .println("ok: " + name() + ", " + description.settings().size() + " settings, " + given
                        + " of them given; nothing was started.");
        return ExitCode.OK.number();
    }

    /** Says what a start would refuse, in its words, and nothing else: the start itself says the rest. */
    public int rehearse() {
        Prepared prepared = prepare();
        ValidationResult description = prepared.builder().describe();
        if (!description.problems().isEmpty()) {
            return refuse(description.problems());
        }
        entourage(prepared, description); // refuses what the operating system cannot do
        return ExitCode.OK.number();
    }

    /** Starts the service on this terminal and stays until it has stopped. */
    public int run() {
        Prepared prepared = prepare();
        ValidationResult description = prepared.builder().describe();
        if (!description.problems().isEmpty()) {
            return refuse(description.problems());
        }
        ProcessEnvironment entourage = entourage(prepared, description);
        entourage.prepare(Optional.empty());
        Optional<RotatingLogFile> log = prepared.logging().configure(description, terminal.directory());
        ServiceRunner foreground = foreground(prepared, description, entourage, new TerminalReporter(terminal), log);
        try (PeriodicTasks housekeeping = new PeriodicTasks()) {
            log.ifPresent(file -> housekeeping.keep(() -> prepared.logging().rotate(file)));
            return foreground.run();
        }
    }

    /**
     * The same under a name: it answers at its control socket, and its end is written down.
     *
     * @param launcher who waits for the start of a daemon; empty if it stays on the terminal
     */
    public int run(DaemonRegistration registration, Optional<LauncherPipe> launcher) {
        Prepared prepared = prepare();
        ValidationResult description = prepared.builder().describe();
        if (!description.problems().isEmpty()) {
            int code = refuse(description.problems());
            registration.end(
                    code, description.problems().stream().map(ConfigProblem::toString).collect(joining("\n")));
            return code;
        }
        try (PeriodicTasks housekeeping = new PeriodicTasks()) {
            ProcessEnvironment entourage = entourage(prepared, description);
            entourage.prepare(launcher.isPresent() ? Optional.of(registration.defaultLog()) : Optional.empty());
            Optional<RotatingLogFile> log = launcher.isPresent()
                    ? Optional.of(prepared.logging()
                            .configureDaemon(description, terminal.directory(), registration.defaultLog()))
                    : prepared.logging().configure(description, terminal.directory());
            if (log.isPresent()) {
                registration.log(log.get().path());
            }
            // Not the pidfile: whoever could write it could have root's stop end any process.
            entourage.hand(registration.socket());
            ExitReasonRecorder voice =
                    new ExitReasonRecorder(launcher.<Reporter>flatMap(waiting -> log.map(file -> new DaemonReporter(waiting, file)))
                            .orElseGet(() -> new TerminalReporter(terminal)));
            ServiceRunner foreground = foreground(prepared, description, entourage, voice, log);
            ControlHandler answers = new ControlHandler(
                    prepared.service(),
                    foreground,
                    configured(),
                    ProcessSettings.ProcessConfig.of(description, terminal.directory()).console());
            int code;
            try {
                registration.serve(answers);
                housekeeping.keep(() -> registration.serve(answers));
                log.ifPresent(file -> housekeeping.keep(() -> prepared.logging().rotate(file)));
                code = foreground.run();
            } catch (IOException e) { // a daemon's terminal is gone by now: its voice reaches who waits for it
                voice.notStarted(DaemonRegistration.reason(e));
                code = ExitCode.CANNOT_CREATE.number();
            }
            registration.end(code, voice.words());
            return code;
        } catch (IOException e) {
            throw new CommandException(ExitCode.CANNOT_CREATE, DaemonRegistration.reason(e));
        }
    }

    private ServiceRunner foreground(
            Prepared prepared, ValidationResult description, ProcessEnvironment entourage, Reporter voice, Optional<RotatingLogFile> log) {
        return new ServiceRunner(
                voice,
                failures,
                prepared.builder(),
                exitOnTerm(description),
                entourage,
                () -> log.ifPresent(PeriodicTasks.telling(RotatingLogFile::reopen)));
    }

    private ProcessEnvironment entourage(Prepared prepared, ValidationResult description) {
        return new ProcessEnvironment(
                terminal,
                ProcessSettings.ProcessConfig.of(description, terminal.directory()),
                target.configuration().stream().toList(),
                prepared.service()::status);
    }

    /** Prints a unit for systemd that runs it. */
    public int unit() {
        ValidationResult description = prepare().builder().describe();
        if (!description.problems().isEmpty()) {
            return refuse(description.problems());
        }
        Program.ServiceProgram program = (Program.ServiceProgram) loaded.program();
        Path directory = terminal.directory();
        boolean isFile = word.endsWith(".java") || word.endsWith(".toml");
        List<String> command = new ArrayList<>(List.of(System.getProperty("ginkgo.launcher", "ginkgo"), "run"));
        command.addAll(options.words(directory));
        command.add(isFile ? directory.resolve(word).normalize().toString() : word);
        terminal.out()
                .print(SystemdUnit.of(
                                program.type().getSimpleName(),
                                Path.of(word),
                                command,
                                description,
                                ProcessSettings.ProcessConfig.of(description, directory)
                                        .forUnit())
                        .render());
        terminal.out().flush();
        return ExitCode.OK.number();
    }

    /** Where the configuration comes from, absolute. */
    private String configured() {
        return target.configuration().map(Path::toString).orElse("");
    }

    private static int exitOnTerm(ValidationResult description) {
        return description.settings().stream()
                .filter(setting -> setting.fullKey().equals("ginkgo.exit-on-term"))
                .map(setting -> Integer.parseInt(setting.value()))
                .findFirst()
                .orElse(ExitCode.TERMINATED.number());
    }

    private int refuse(List<ConfigProblem> problems) {
        problems.forEach(problem -> terminal.tell(problem.toString()));
        engines.missing(problems).forEach(terminal::tell);
        terminal.tell((problems.size() == 1 ? "1 problem" : problems.size() + " problems") + " in the configuration of "
                + name() + "; nothing was started.");
        return ExitCode.CONFIGURATION.number();
    }

    private record Prepared(Service service, Ginkgo.Builder builder, LogConfigurator logging) {}

    private Prepared prepare() {
        Program.ServiceProgram program = (Program.ServiceProgram) loaded.program();
        LogConfigurator logging = new LogConfigurator(loaded.loader(), failures);
        logging.byDefault();
        Service service = make(program);
        Ginkgo.Builder builder = Ginkgo.of(service)
                .configuration(configuration(terminal, options, target))
                .table(logging.table())
                .table(new ProcessSettings().table());
        return new Prepared(service, builder, logging);
    }

    private Service make(Program.ServiceProgram program) {
        try {
            return ProgramLoader.make(program.type());
        } catch (Throwable e) {
            throw new CommandException(ExitCode.SOFTWARE, program.type().getName() + " cannot be made: " + failures.render(e));
        }
    }

    private static Configuration configuration(CommandContext terminal, TargetOptions options, Target target) {
        Configuration configuration =
                Configuration.none().workingFolder(terminal.directory()).environment(terminal.environment());
        if (target.configuration().isPresent()) {
            configuration = configuration.file(
                    terminal.directory().relativize(target.configuration().get()));
        }
        for (Map.Entry<String, String> entry : options.set().entrySet()) {
            configuration = configuration.set(entry.getKey(), entry.getValue());
        }
        return configuration;
    }

    private String name() {
        Program.ServiceProgram program = (Program.ServiceProgram) loaded.program();
        String type = program.type().getSimpleName();
        return word.equals(program.type().getName()) ? type : type + " (" + word + ")";
    }
}
