package dev.ginkgo.run.program;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Main method of a class by the rules of the Java Language Specification for Java 25 (§12.1.4, JEP 512): static or
 * instance, declared or inherited, not private; a method with a {@code String[]} parameter takes precedence over one
 * without parameters.
 */
public final class MainMethod {
    private final Class<?> type;
    private final Method method;

    private MainMethod(Class<?> type, Method method) {
        this.type = type;
        this.method = method;
    }

    static Optional<MainMethod> of(Class<?> type) {
        return find(type, String[].class).or(() -> find(type)).map(method -> new MainMethod(type, method));
    }

    /** Invokes the method on the calling thread and rethrows its exceptions unwrapped. */
    public void invoke(String[] arguments) throws Throwable {
        Object[] parameters = method.getParameterCount() == 0 ? new Object[0] : new Object[] {arguments};
        try {
            method.setAccessible(true);
            method.invoke(Modifier.isStatic(method.getModifiers()) ? null : instance(), parameters);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }

    private Object instance() throws ReflectiveOperationException {
        Constructor<?> constructor = type.getDeclaredConstructor();
        constructor.setAccessible(true);
        return constructor.newInstance();
    }

    private static Optional<Method> find(Class<?> type, Class<?>... parameters) {
        return Stream.<Class<?>>iterate(type, c -> c != null, Class::getSuperclass)
                .flatMap(c -> Stream.of(c.getDeclaredMethods()))
                .filter(m -> isMain(m, parameters))
                .filter(m -> Modifier.isStatic(m.getModifiers()) || isInstantiable(type))
                .findFirst();
    }

    private static boolean isMain(Method m, Class<?>... parameters) {
        return m.getName().equals("main")
                && m.getReturnType() == void.class
                && !Modifier.isPrivate(m.getModifiers())
                && !Modifier.isAbstract(m.getModifiers())
                && java.util.Arrays.equals(m.getParameterTypes(), parameters);
    }

    private static boolean isInstantiable(Class<?> type) {
        return !Modifier.isAbstract(type.getModifiers())
                && Stream.of(type.getDeclaredConstructors())
                        .anyMatch(c -> c.getParameterCount() == 0 && !Modifier.isPrivate(c.getModifiers()));
    }
}
