package dev.ginkgo.run.service;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * Signals of the operating system. The JDK has them in {@code sun.misc.Signal} only, in the module {@code
 * jdk.unsupported}, which JEP 260 keeps for such uses. It is called by reflection: javac's warning about that class
 * cannot be silenced where every warning is an error, and not every platform has it.
 */
final class SignalHandlers {
    private SignalHandlers() {}

    /**
     * Runs the action on a new thread each time the signal comes, instead of what would happen.
     *
     * @param name without SIG, as in {@code HUP}
     * @return whether the signal can be handled here: the platform knows it and the JVM does not keep it for itself
     *     ({@code -Xrs})
     */
    static boolean handle(String name, Runnable action) {
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
