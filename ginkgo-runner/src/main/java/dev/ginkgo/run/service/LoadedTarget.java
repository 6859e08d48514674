package dev.ginkgo.run.service;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.config.ConfigProblem;
import dev.ginkgo.config.Configuration;
import dev.ginkgo.config.SettingsSource;
import dev.ginkgo.run.compile.CompilerInputs;
import dev.ginkgo.run.log.LogConfigurator;
import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ExceptionPrinter;
import dev.ginkgo.run.output.ExitCode;
import dev.ginkgo.run.program.EngineJars;
import dev.ginkgo.run.program.Program;
import dev.ginkgo.run.program.ProgramLoader;
import dev.ginkgo.run.program.SettingsLocation;
import dev.ginkgo.run.program.Target;
import dev.ginkgo.run.program.TargetResolver;
import dev.ginkgo.run.program.UserClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** A target whose program has been compiled and loaded, with its configuration. Used by one thread. */
public final class LoadedTarget {
    private final CommandContext commandContext;
    private final TargetOptions options;
    private final String targetArgument;
    private final Target target;
    private final EngineJars engineJars;
    private final ClassLoader engineLoader;
    private final Optional<SettingsSource> source;
    private final ProgramLoader.Loaded loaded;
    private final ExceptionPrinter exceptionPrinter;

    /**
     * Loads a target.
     *
     * @throws CommandException if the target is not found, does not compile or has no program
     */
    LoadedTarget(CommandContext commandContext, TargetOptions options, String targetArgument) {
        this(commandContext, options, targetArgument, LoadedTarget.class.getClassLoader(), ignored -> {});
    }

    /**
     * Loads a target.
     *
     * @param earlierEngines the {@link #engineLoader()} of an earlier version of the same program, which is used again if
     *     it has the same engines; otherwise the loader of this class
     * @param inputs receives the source files on which the program depends, also if they do not compile
     * @throws CommandException if the target is not found, does not compile or has no program
     */
    public LoadedTarget(
            CommandContext commandContext,
            TargetOptions options,
            String targetArgument,
            ClassLoader earlierEngines,
            Consumer<CompilerInputs> inputs) {
        this.commandContext = commandContext;
        this.options = options;
        this.targetArgument = targetArgument;
        target = new TargetResolver(commandContext).resolve(targetArgument);
        Configuration local = configuration(Optional.empty());
        engineJars = EngineJars.of(
                Optional.ofNullable(System.getProperty("ginkgo.home")).map(Path::of), local);
        engineLoader = engineJars.loader(earlierEngines);
        source = SettingsLocation.of(local.load())
                .map(location -> location.open(engineLoader, engineJars, commandContext.directory()));
        loaded = new ProgramLoader(
                        commandContext,
                        options.classPath(commandContext.directory()),
                        options.service(),
                        engineLoader,
                        inputs)
                .load(target);
        exceptionPrinter = new ExceptionPrinter(options.stackTraces(), loaded.sources());
    }

    /**
     * A service that is ready to be started.
     *
     * @param service the root
     * @param builder starts it with the configuration of the target
     * @param logging the settings of the log
     */
    public record Prepared(Service service, Ginkgo.Builder builder, LogConfigurator logging) {}

    /**
     * Instantiates the service.
     *
     * @param beforeInstantiation configures the log, in which the constructor of the service may write
     * @throws CommandException if the constructor throws
     */
    public Prepared prepare(Consumer<LogConfigurator> beforeInstantiation) {
        LogConfigurator logConfigurator = new LogConfigurator(loaded.loader(), exceptionPrinter);
        beforeInstantiation.accept(logConfigurator);
        Service service = instantiate();
        Ginkgo.Builder builder = Ginkgo.of(service)
                .configuration(configuration(source))
                .section(logConfigurator.table())
                .section(new ProcessSettings().table());
        return new Prepared(service, builder, logConfigurator);
    }

    private Service instantiate() {
        try {
            return ProgramLoader.instantiate(serviceProgram().type());
        } catch (Throwable e) {
            throw new CommandException(
                    ExitCode.SOFTWARE,
                    "cannot instantiate " + serviceProgram().type().getName() + ": " + exceptionPrinter.render(e));
        }
    }

    public Program program() {
        return loaded.program();
    }

    /** Returns the program, which must not be a main method. */
    Program.ServiceProgram serviceProgram() {
        return (Program.ServiceProgram) loaded.program();
    }

    public Target target() {
        return target;
    }

    /** Returns the loader of the program's classes. */
    public UserClassLoader loader() {
        return loaded.loader();
    }

    /** Returns the loader of the engines that the configuration selects, the parent of {@link #loader()}. */
    public ClassLoader engineLoader() {
        return engineLoader;
    }

    public ExceptionPrinter exceptionPrinter() {
        return exceptionPrinter;
    }

    /** Returns hints for configuration problems that a missing engine may have caused. */
    public List<String> missingEngines(List<ConfigProblem> problems) {
        return engineJars.missing(problems);
    }

    /** Returns the absolute path of the configuration file, or an empty string. */
    public String configurationPath() {
        return target.configuration().map(Path::toString).orElse("");
    }

    /** Returns the name of the program for messages. */
    public String name() {
        String type = serviceProgram().type().getSimpleName();
        return targetArgument.equals(serviceProgram().type().getName()) ? type : type + " (" + targetArgument + ")";
    }

    /** Returns the source of settings outside this machine, if there is one. */
    Optional<SettingsSource> source() {
        return source;
    }

    private Configuration configuration(Optional<SettingsSource> outside) {
        Configuration configuration = Configuration.empty()
                .workingDirectory(commandContext.directory())
                .environment(commandContext.environment());
        if (target.configuration().isPresent()) {
            configuration = configuration.file(
                    commandContext.directory().relativize(target.configuration().get()));
        }
        if (outside.isPresent()) {
            configuration = configuration.source(outside.get());
        }
        Optional<Path> credentials = credentials();
        if (credentials.isPresent()) {
            configuration = configuration.credentials(credentials.get());
        }
        for (Map.Entry<String, String> entry : options.settings().entrySet()) {
            configuration = configuration.set(entry.getKey(), entry.getValue());
        }
        return configuration;
    }

    /** Returns the folder with one file per secret that systemd gives to a service. */
    Optional<Path> credentials() {
        return Optional.ofNullable(commandContext.environment().get("CREDENTIALS_DIRECTORY"))
                .filter(folder -> !folder.isEmpty())
                .map(Path::of);
    }
}
