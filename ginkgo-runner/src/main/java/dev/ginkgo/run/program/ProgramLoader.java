package dev.ginkgo.run.program;

import dev.ginkgo.Service;
import dev.ginkgo.run.compile.Compilation;
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

/** Makes a program of a target: compiles, loads, chooses. */
public final class ProgramLoader {
    private final CommandContext commandContext;
    private final List<Path> classPath;
    private final Optional<String> chosen;
    private final ClassLoader parent;

    /**
     * @param classPath the user's jars and folders
     * @param chosen the service that the user has named, by {@code --service}
     * @param parent has our classes, and those of the chosen engines
     */
    public ProgramLoader(
            CommandContext commandContext, List<Path> classPath, Optional<String> chosen, ClassLoader parent) {
        this.parent = parent;
        this.commandContext = commandContext;
        this.classPath = classPath;
        this.chosen = chosen;
    }

    /**
     * What was loaded.
     *
     * @param loader the loader of the user's classes
     * @param sources his source lines, where there are any
     */
    public record Loaded(Program program, UserClassLoader loader, SourceLines sources) {}

    public Loaded load(Target target) {
        return switch (target.code()) {
            case Target.SourceFile(Path file) -> ofSource(file, target);
            case Target.ClassName(String name) -> ofClass(name, target);
        };
    }

    private Loaded ofSource(Path file, Target target) {
        Compilation compiled = new SourceCompiler(commandContext, classPath).compile(file);
        UserClassLoader loader = new UserClassLoader(parent, classPath, compiled.classes());
        List<Class<?>> classes = compiled.classesOfFile().stream()
                .<Class<?>>map(name -> ProgramLoader.load(name, loader).orElseThrow())
                .toList();
        ServiceFinder serviceFinder = new ServiceFinder(String.valueOf(file.getFileName()), classes);
        Program program = chosen.<Program>map(serviceFinder::service)
                .orElseGet(() -> target.configuration().isPresent() ? serviceFinder.service() : serviceFinder.select());
        return new Loaded(program, loader, SourceLines.inFolder(compiled.root()));
    }

    private Loaded ofClass(String name, Target target) {
        UserClassLoader loader = new UserClassLoader(parent, classPath, Map.of());
        Class<?> type = load(name, loader).orElseThrow(() -> new TargetResolver(commandContext).noSuchClass(name));
        boolean service = chosen.isPresent() || target.configuration().isPresent();
        Optional<MainMethod> main = service ? Optional.empty() : MainMethod.of(type);
        if (main.isPresent()) {
            return new Loaded(new Program.MainProgram(type, main.get()), loader, SourceLines.none());
        }
        if (!ServiceFinder.isService(type)) {
            throw new CommandException(
                    ExitCode.CONFIGURATION,
                    name + " cannot be run: it is no service that ginkgo can make (a concrete class that extends"
                            + " dev.ginkgo.Service and has a constructor without parameters), and has no main method.");
        }
        return new Loaded(new Program.ServiceProgram(type.asSubclass(Service.class)), loader, SourceLines.none());
    }

    /** Makes the service; what its constructor throws comes out as it is. */
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
