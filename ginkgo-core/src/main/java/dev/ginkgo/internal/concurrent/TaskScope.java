package dev.ginkgo.internal.concurrent;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What lives as long as one task. A library that hands out something that a task could forget to close (a
 * subscription, a cursor) registers it here, and it is closed when the task ends.
 */
public final class TaskScope {
    private static final Logger LOG = LoggerFactory.getLogger(TaskScope.class);
    private static final ScopedValue<TaskScope> CURRENT = ScopedValue.newInstance();

    private final Deque<AutoCloseable> resources = new ArrayDeque<>(0);

    private TaskScope() {}

    /**
     * Has {@code resource} closed when the calling task ends, after its body, in reverse order. What {@code close}
     * throws is logged.
     *
     * @return whether there is such a task; if not, nothing was registered
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

    /** Takes back {@link #closeAtEnd}: the resource was closed in time. Called from the same task. */
    @SuppressWarnings("ReferenceEquality") // this very one, whatever it calls equal
    public static void unregister(AutoCloseable resource) {
        if (CURRENT.isBound()) {
            Deque<AutoCloseable> resources = CURRENT.get().resources;
            synchronized (resources) {
                resources.removeIf(r -> r == resource);
            }
        }
    }

    /** Runs {@code body} as a task: called by the engine. */
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
            } catch (Exception e) {
                LOG.warn("closing what a task left open failed", e);
            }
        }
    }
}
