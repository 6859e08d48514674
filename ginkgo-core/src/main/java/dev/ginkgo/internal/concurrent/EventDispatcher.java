package dev.ginkgo.internal.concurrent;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Delivers events to one observer, in order, in a task that runs only while there are events. An observer that blocks
 * or throws delays only its own events. Any thread may add events.
 *
 * @param <T> the type of the events
 */
public final class EventDispatcher<T> {
    private final Consumer<? super T> observer;
    private final Executor executor;
    private final BiConsumer<? super T, Throwable> onFailure;

    // guarded by this
    private final Queue<T> undelivered = new ArrayDeque<>();
    private boolean delivering;

    /**
     * Creates a dispatcher without events.
     *
     * @param executor runs the delivery task, with this dispatcher's monitor held. It throws {@code
     *     IllegalStateException} if no task can be started; undelivered events are then dropped
     * @param onFailure called with an event for which the observer threw, and the exception
     */
    public EventDispatcher(
            Consumer<? super T> observer, Executor executor, BiConsumer<? super T, Throwable> onFailure) {
        this.observer = observer;
        this.executor = executor;
        this.onFailure = onFailure;
    }

    /** Adds an event and returns without waiting for its delivery. */
    public synchronized void add(T event) {
        undelivered.add(event);
        if (!delivering) {
            delivering = true;
            try {
                executor.execute(this::deliver);
            } catch (IllegalStateException stopped) {
                undelivered.clear();
                delivering = false;
            }
        }
    }

    private void deliver() {
        for (T event = next(); event != null; event = next()) {
            try {
                observer.accept(event);
            } catch (Throwable e) { // also an AssertionError of a test, and checked exceptions of other languages
                onFailure.accept(event, e);
            }
        }
    }

    private synchronized @Nullable T next() {
        T event = undelivered.poll();
        delivering = event != null;
        return event;
    }
}
