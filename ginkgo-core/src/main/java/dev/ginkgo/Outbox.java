package dev.ginkgo;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Delivers events to one observer, in order, on a thread that lives only while there are events to deliver: an
 * observer that blocks or throws delays nothing but the events that follow. All methods may be called from any thread.
 *
 * @param <T> the events
 */
final class Outbox<T> {
    private final Consumer<? super T> observer;
    private final Consumer<Runnable> spawn;
    private final BiConsumer<? super T, Throwable> onFailure;

    // guarded by this
    private final Queue<T> queue = new ArrayDeque<>();
    private boolean delivering;

    /**
     * Creates a dispatcher without events.
     *
     * @param spawn runs the delivery on a thread of its own; throws {@code IllegalStateException} if there can be none,
     *     which discards the events
     * @param onFailure reports what the observer threw at an event
     */
    Outbox(Consumer<? super T> observer, Consumer<Runnable> spawn, BiConsumer<? super T, Throwable> onFailure) {
        this.observer = observer;
        this.spawn = spawn;
        this.onFailure = onFailure;
    }

    synchronized void add(T event) {
        queue.add(event);
        if (!delivering) {
            delivering = true;
            try {
                spawn.accept(this::deliver);
            } catch (IllegalStateException stopped) {
                queue.clear();
                delivering = false;
            }
        }
    }

    private void deliver() {
        for (T event = next(); event != null; event = next()) {
            try {
                observer.accept(event);
            } catch (RuntimeException | Error e) { // an AssertionError of a test, too
                onFailure.accept(event, e);
            }
        }
    }

    private synchronized @Nullable T next() {
        T event = queue.poll();
        delivering = event != null;
        return event;
    }
}
