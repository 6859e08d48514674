package dev.ginkgo.internal.concurrent;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Resources that are closed when the current task ends. A library that returns resources which a task might forget to
 * close, such as a subscription, registers them here. Hooks have no scope: what {@code onStart} opens is used after it
 * has returned.
 */
public final class TaskScope {
    private static final Logger LOG = LoggerFactory.getLogger(TaskScope.class);
    private static final ScopedValue<TaskScope> CURRENT = ScopedValue.newInstance();

    private final Deque<AutoCloseable> resources = new ArrayDeque<>(0);

    private TaskScope() {}

    /**
     * Registers a resource of the calling task. When the task ends, its resources are closed in reverse order of
     * registration. Exceptions of {@code close} are logged.
     *
     * @return whether the caller is a task; in a hook, or outside a tree, nothing is registered
     */
    public static boolean closeAtEnd(AutoCloseable resource) {
        if (!CURRENT.isBound()) {
            return false;
        }
        Deque<AutoCloseable> resources = CURRENT.get().resources;
        synchronized (resources) {
            resources.push(resource);
        }
        return true;
    }

    /** Removes a resource that has been closed already. Called from the same task. */
    @SuppressWarnings("ReferenceEquality") // identity, whatever equals means for the resource
    public static void unregister(AutoCloseable resource) {
        if (CURRENT.isBound()) {
            Deque<AutoCloseable> resources = CURRENT.get().resources;
            synchronized (resources) {
                resources.removeIf(r -> r == resource);
            }
        }
    }

    /** Runs the body of a task with a scope of its own. Called by the engine. */
    public static <T> T call(Callable<T> body) throws Exception {
        TaskScope scope = new TaskScope();
        try {
            return ScopedValue.where(CURRENT, scope).call(body::call);
        } finally {
            scope.close();
        }
    }

    private void close() {
        while (true) {
            AutoCloseable resource;
            synchronized (resources) {
                resource = resources.poll();
            }
            if (resource == null) {
                return;
            }
            try {
                resource.close();
            } catch (Throwable e) { // also after an Error the other resources must be closed
                LOG.warn("could not close a resource that a task left open", e);
            }
        }
    }
}
