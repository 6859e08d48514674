package dev.ginkgo.run.program;

import dev.ginkgo.Service;
import dev.ginkgo.run.compile.Compilation;
import dev.ginkgo.run.compile.CompilerInputs;
import dev.ginkgo.run.compile.SourceCompiler;
import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ExitCode;
import dev.ginkgo.run.output.SourceLines;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Loads the program of a target: compiles sources, loads classes, and selects the service or main method. */
public final class ProgramLoader {
    private final CommandContext commandContext;
    private final List<Path> classPath;
    private final Optional<String> serviceName;
    private final ClassLoader parent;
    private final Consumer<CompilerInputs> inputs;

    /**
     * @param classPath the user's jars and folders
     * @param serviceName the value of {@code --service}
     * @param parent class loader of Ginkgo and of the selected engines
     */
    public ProgramLoader(
            CommandContext commandContext, List<Path> classPath, Optional<String> serviceName, ClassLoader parent) {
        this(commandContext, classPath, serviceName, parent, ignored -> {});
    }

    /**
     * @param classPath the user's jars and folders
     * @param serviceName the value of {@code --service}
     * @param parent class loader of Ginkgo and of the selected engines
     * @param inputs receives the source files on which the program depends, also if they do not compile
     */
    public ProgramLoader(
            CommandContext commandContext,
            List<Path> classPath,
            Optional<String> serviceName,
            ClassLoader parent,
            Consumer<CompilerInputs> inputs) {
        this.parent = parent;
        this.inputs = inputs;
        this.commandContext = commandContext;
        this.classPath = classPath;
        this.serviceName = serviceName;
    }

    /**
     * Result of loading.
     *
     * @param loader the loader of the user's classes
     * @param sources the user's source lines, if available
     */
    public record Loaded(Program program, UserClassLoader loader, SourceLines sources) {}

    public Loaded load(Target target) {
        // A switch over types would delay each start.
        return target.code() instanceof Target.SourceFile(Path file)
                ? ofSource(file, target)
                : ofClass(((Target.ClassName) target.code()).className(), target);
    }

    private Loaded ofSource(Path file, Target target) {
        Compilation compiled = new SourceCompiler(commandContext, classPath, inputs).compile(file);
        UserClassLoader loader = new UserClassLoader(parent, classPath, compiled.classes());
        List<Class<?>> classes = compiled.classesOfFile().stream()
                .<Class<?>>map(name -> ProgramLoader.load(name, loader).orElseThrow())
                .toList();
        ServiceFinder serviceFinder = new ServiceFinder(String.valueOf(file.getFileName()), classes);
        Program program = serviceName
                .<Program>map(serviceFinder::service)
                .orElseGet(() -> target.configuration().isPresent() ? serviceFinder.service() : serviceFinder.select());
        return new Loaded(program, loader, SourceLines.inFolder(compiled.root()));
    }

    private Loaded ofClass(String name, Target target) {
        UserClassLoader loader = new UserClassLoader(parent, classPath, Map.of());
        Class<?> type = load(name, loader).orElseThrow(() -> new TargetResolver(commandContext).noSuchClass(name));
        boolean service = serviceName.isPresent() || target.configuration().isPresent();
        Optional<MainMethod> main = service ? Optional.empty() : MainMethod.of(type);
        if (main.isPresent()) {
            return new Loaded(new Program.MainProgram(type, main.get()), loader, SourceLines.none());
        }
        if (!ServiceFinder.isService(type)) {
            throw new CommandException(
                    ExitCode.CONFIGURATION,
                    name + " cannot be run: it has no main method and is not a service that ginkgo can instantiate"
                            + " (a concrete class that extends dev.ginkgo.Service and has a constructor without"
                            + " parameters).");
        }
        return new Loaded(new Program.ServiceProgram(type.asSubclass(Service.class)), loader, SourceLines.none());
    }

    /** Instantiates the service; exceptions of its constructor are rethrown unwrapped. */
    public static Service instantiate(Class<? extends Service> type) throws Throwable {
        Constructor<? extends Service> constructor = type.getDeclaredConstructor();
        constructor.setAccessible(true);
        try {
            return constructor.newInstance();
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }

    private static Optional<Class<?>> load(String name, ClassLoader loader) {
        try {
            return Optional.of(Class.forName(name, false, loader));
        } catch (ClassNotFoundException e) {
            return Optional.empty();
        }
    }
}
