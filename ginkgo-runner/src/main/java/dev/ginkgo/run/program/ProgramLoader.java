package dev.ginkgo.run;

import dev.ginkgo.Service;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes a program of a target: compiles, loads, chooses. */
final class Loading {
    private final Terminal terminal;
    private final List<Path> classPath;
    private final Optional<String> chosen;
    private final ClassLoader parent;

    /**
     * @param classPath the user's jars and folders
     * @param chosen the service that the user has named, by {@code --service}
     * @param parent has our classes, and those of the chosen engines
     */
    Loading(Terminal terminal, List<Path> classPath, Optional<String> chosen, ClassLoader parent) {
        this.parent = parent;
        this.terminal = terminal;
        this.classPath = classPath;
        this.chosen = chosen;
    }

    /**
     * What was loaded.
     *
     * @param loader the loader of the user's classes
     * @param sources his source lines, where there are any
     */
    record Loaded(Program program, UserLoader loader, Sources sources) {}

    Loaded load(Target target) {
        return switch (target.code()) {
            case Target.Source(Path file) -> ofSource(file, target);
            case Target.Named(String name) -> ofClass(name, target);
        };
    }

    private Loaded ofSource(Path file, Target target) {
        Compilation compiled = new SourceCompiler(terminal, classPath).compile(file);
        UserLoader loader = new UserLoader(parent, classPath, compiled.classes());
        List<Class<?>> classes = compiled.ofFile().stream()
                .<Class<?>>map(name -> Loading.load(name, loader).orElseThrow())
                .toList();
        Candidates candidates = new Candidates(String.valueOf(file.getFileName()), classes);
        Program program = chosen.<Program>map(candidates::service)
                .orElseGet(() -> target.configuration().isPresent() ? candidates.service() : candidates.choose());
        return new Loaded(program, loader, Sources.below(compiled.root()));
    }

    private Loaded ofClass(String name, Target target) {
        UserLoader loader = new UserLoader(parent, classPath, Map.of());
        Class<?> type = load(name, loader).orElseThrow(() -> new Targets(terminal).noSuchClass(name));
        boolean service = chosen.isPresent() || target.configuration().isPresent();
        Optional<MainMethod> main = service ? Optional.empty() : MainMethod.of(type);
        if (main.isPresent()) {
            return new Loaded(new Program.OfMain(type, main.get()), loader, Sources.none());
        }
        if (!Candidates.isService(type)) {
            throw new Refusal(
                    ExitCode.CONFIGURATION,
                    name + " cannot be run: it is no service that ginkgo can make (a concrete class that extends"
                            + " dev.ginkgo.Service and has a constructor without parameters), and has no main method.");
        }
        return new Loaded(new Program.OfService(type.asSubclass(Service.class)), loader, Sources.none());
    }

    /** Makes the service; what its constructor throws comes out as it is. */
    static Service make(Class<? extends Service> type) throws Throwable {
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
