package dev.ginkgo.run.service;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
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
            MethodHandle run = MethodHandles.lookup()
                    .findVirtual(Runnable.class, "run", MethodType.methodType(void.class))
                    .bindTo(action);
            signal.getMethod("handle", signal, handler)
                    .invoke(
                            null,
                            signal.getConstructor(String.class).newInstance(name),
                            MethodHandleProxies.asInterfaceInstance(
                                    handler, MethodHandles.dropArguments(run, 0, signal)));
            return true;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }
}
