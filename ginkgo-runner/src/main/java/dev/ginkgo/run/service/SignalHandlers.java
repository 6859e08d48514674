package dev.ginkgo.run.service;

import static java.lang.invoke.MethodType.methodType;

import java.lang.invoke.LambdaMetafactory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * Handlers for signals of the operating system. The JDK offers them only in {@code sun.misc.Signal}, in the module
 * {@code jdk.unsupported}, which JEP 260 keeps for such uses. The class is called by reflection, because javac's warning
 * about it cannot be suppressed in a build that treats warnings as errors, and because not every platform has it.
 */
public final class SignalHandlers {
    private SignalHandlers() {}

    /**
     * Runs the action on a new thread at each signal, in place of the default handling.
     *
     * @param name the name of the signal without SIG, such as {@code HUP}
     * @return whether the signal can be handled: the platform supports it, and the JVM does not reserve it ({@code
     *     -Xrs})
     */
    public static boolean handle(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            signal.getMethod("handle", signal, handler)
                    .invoke(
                            null,
                            signal.getConstructor(String.class).newInstance(name),
                            handler(action, signal, handler));
            return true;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }

    /**
     * Creates an instance of {@code SignalHandler} in the way of a lambda expression. With {@code MethodHandleProxies} a
     * start takes 5 to 10 % more processor time.
     */
    private static Object handler(Runnable action, Class<?> signal, Class<?> handler)
            throws ReflectiveOperationException {
        MethodHandles.Lookup lookup = MethodHandles.lookup();
        MethodType method = methodType(void.class, signal);
        try {
            return LambdaMetafactory.metafactory(
                            lookup,
                            "handle",
                            methodType(handler, Runnable.class),
                            method,
                            lookup.findStatic(
                                    SignalHandlers.class, "run", methodType(void.class, Runnable.class, Object.class)),
                            method)
                    .getTarget()
                    .invoke(action);
        } catch (Throwable e) {
            throw new ReflectiveOperationException("cannot create a handler for signals", e);
        }
    }

    static void run(Runnable action, Object signal) {
        action.run();
    }
}
