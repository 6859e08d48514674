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
 * Chooses what to start among the classes of one source file: its main method, if there is one; the service
 * named like the file; the only service. Services nested in other classes count only where no other is declared,
 * since they are mostly somebody's children.
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

    /** The program that the file is. */
    Program select() {
        return main().<Program>map(p -> p).orElseGet(this::service);
    }

    /** The service that the file is, whether or not it has a main method. */
    Program.ServiceProgram service() {
        List<Class<?>> services = services();
        String plain = file.replaceFirst("\\.java$", "");
        List<Class<?>> named =
                services.stream().filter(c -> c.getSimpleName().equals(plain)).toList();
        if (named.size() == 1) {
            return program(named.getFirst());
        }
        return switch (services.size()) {
            case 1 -> program(services.getFirst());
            case 0 -> throw none(plain);
            default ->
                throw new CommandException(
                        ExitCode.CONFIGURATION,
                        file + " has several services and none is named " + plain + ": " + names(services)
                                + ". Choose one with --service "
                                + services.getFirst().getName() + ".");
        };
    }

    /** The service with that name, simple or binary. */
    Program.ServiceProgram service(String name) {
        return all().filter(c -> c.getSimpleName().equals(name) || c.getName().equals(name))
                .findFirst()
                .map(ServiceFinder::program)
                .orElseThrow(() -> new CommandException(
                        ExitCode.CONFIGURATION,
                        file + " has no service named " + name
                                + (all().findAny().isPresent() ? "; it has " + names(all().toList()) : "") + "."));
    }

    /** Whether ginkgo can make one of it. */
    static boolean isService(Class<?> type) {
        return Service.class.isAssignableFrom(type)
                && !Modifier.isAbstract(type.getModifiers())
                && Stream.of(type.getDeclaredConstructors()).anyMatch(c -> c.getParameterCount() == 0);
    }

    private Optional<Program.MainProgram> main() {
        String plain = file.replaceFirst("\\.java$", "");
        List<Class<?>> top =
                classes.stream().filter(c -> c.getEnclosingClass() == null).toList();
        return Stream.concat(top.stream().filter(c -> c.getSimpleName().equals(plain)), top.stream())
                .flatMap(c -> MainMethod.of(c).map(main -> new Program.MainProgram(c, main)).stream())
                .findFirst();
    }

    private CommandException none(String plain) {
        List<Class<?>> almost = classes.stream()
                .filter(c -> Service.class.isAssignableFrom(c) && !Modifier.isAbstract(c.getModifiers()))
                .toList();
        if (!almost.isEmpty()) {
            return new CommandException(
                    ExitCode.CONFIGURATION,
                    names(almost) + " in " + file
                            + " needs a constructor without parameters, so that ginkgo can make it."
                            + " What the constructor wants is given by settings, or by a main method.");
        }
        return new CommandException(
                ExitCode.CONFIGURATION,
                file + " has nothing to run: write \"class " + plain + " extends Service { … }\" (with import"
                        + " dev.ginkgo.*;) or a main method.");
    }

    private List<Class<?>> services() {
        List<Class<?>> top = all().filter(c -> c.getEnclosingClass() == null).toList();
        return top.isEmpty() ? all().toList() : top;
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
