package dev.ginkgo.internal.concurrent;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Delivers events to one observer, in order, by a task that lives only while there are events to deliver. An observer
 * that blocks or throws delays only its own later events. Any thread may add events.
 *
 * @param <T> the events
 */
public final class EventDispatcher<T> {
    private final Consumer<? super T> observer;
    private final Executor executor;
    private final BiConsumer<? super T, Throwable> onFailure;

    // guarded by this
    private final Queue<T> undelivered = new ArrayDeque<>();
    private boolean delivering;

    /**
     * A dispatcher without events.
     *
     * @param executor runs the task; throws IllegalStateException when no task can be started, and the events that have
     *     not been delivered are dropped then. Called with this dispatcher's monitor held
     * @param onFailure called with the event for which the observer threw
     */
    public EventDispatcher(
            Consumer<? super T> observer, Executor executor, BiConsumer<? super T, Throwable> onFailure) {
        this.observer = observer;
        this.executor = executor;
        this.onFailure = onFailure;
    }

    /** Adds an event; returns without waiting for its delivery. */
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
            } catch (RuntimeException | Error e) { // also an AssertionError of a test
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
