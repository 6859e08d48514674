package dev.ginkgo.run.program;

import static java.util.stream.Collectors.joining;

import dev.ginkgo.Service;
import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ExitCode;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Selects the program among the classes of one source file: its main method, if it has one; otherwise the service
 * named like the file; otherwise the only service. Nested services are considered only if no topLevel-level service exists,
 * because they are usually children of another service.
 */
final class ServiceFinder {
    private final String file;
    private final List<Class<?>> classes;

    /**
     * @param file the name of the source file
     * @param classes the classes declared in it
     */
    ServiceFinder(String file, List<Class<?>> classes) {
        this.file = file;
        this.classes = List.copyOf(classes);
    }

    /** Returns the main method or service to run. */
    Program select() {
        return main().<Program>map(p -> p).orElseGet(this::service);
    }

    /** Returns the service to run, ignoring a main method. */
    Program.ServiceProgram service() {
        List<Class<?>> services = services();
        String baseName = file.replaceFirst("\\.java$", "");
        List<Class<?>> named = services.stream()
                .filter(c -> c.getSimpleName().equals(baseName))
                .toList();
        if (named.size() == 1) {
            return program(named.getFirst());
        }
        return switch (services.size()) {
            case 1 -> program(services.getFirst());
            case 0 -> throw none(baseName);
            default ->
                throw new CommandException(
                        ExitCode.CONFIGURATION,
                        file + " has several services and none is named " + baseName + ": " + names(services)
                                + ". Select one with --service "
                                + services.getFirst().getName() + ".");
        };
    }

    /** Returns the service with the given simple or binary name. */
    Program.ServiceProgram service(String name) {
        return all().filter(c -> c.getSimpleName().equals(name) || c.getName().equals(name))
                .findFirst()
                .map(ServiceFinder::program)
                .orElseThrow(() -> new CommandException(
                        ExitCode.CONFIGURATION,
                        file + " has no service named " + name
                                + (all().findAny().isPresent() ? "; it has " + names(all().toList()) : "") + "."));
    }

    /** Returns whether the class is a service that ginkgo can instantiate. */
    static boolean isService(Class<?> type) {
        return Service.class.isAssignableFrom(type)
                && !Modifier.isAbstract(type.getModifiers())
                && Stream.of(type.getDeclaredConstructors()).anyMatch(c -> c.getParameterCount() == 0);
    }

    private Optional<Program.MainProgram> main() {
        String baseName = file.replaceFirst("\\.java$", "");
        List<Class<?>> topLevel =
                classes.stream().filter(c -> c.getEnclosingClass() == null).toList();
        return Stream.concat(topLevel.stream().filter(c -> c.getSimpleName().equals(baseName)), topLevel.stream())
                .flatMap(c -> MainMethod.of(c).map(main -> new Program.MainProgram(c, main)).stream())
                .findFirst();
    }

    private CommandException none(String baseName) {
        List<Class<?>> notInstantiable = classes.stream()
                .filter(c -> Service.class.isAssignableFrom(c) && !Modifier.isAbstract(c.getModifiers()))
                .toList();
        if (!notInstantiable.isEmpty()) {
            return new CommandException(
                    ExitCode.CONFIGURATION,
                    names(notInstantiable) + " in " + file
                            + " has no constructor without parameters, which ginkgo needs to instantiate it."
                            + " Replace the parameters by settings, or write a main method.");
        }
        return new CommandException(
                ExitCode.CONFIGURATION,
                file + " has nothing to run: write \"class " + baseName + " extends Service { … }\" (with import"
                        + " dev.ginkgo.*;) or a main method.");
    }

    private List<Class<?>> services() {
        List<Class<?>> topLevel =
                all().filter(c -> c.getEnclosingClass() == null).toList();
        return topLevel.isEmpty() ? all().toList() : topLevel;
    }

    private Stream<Class<?>> all() {
        return classes.stream().filter(ServiceFinder::isService);
    }

    private static Program.ServiceProgram program(Class<?> type) {
        return new Program.ServiceProgram(type.asSubclass(Service.class));
    }

    private static String names(List<Class<?>> types) {
        return types.stream().map(Class::getName).sorted().collect(joining(", "));
    }
}
