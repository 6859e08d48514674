package dev.ginkgo.cluster;

import dev.ginkgo.internal.concurrent.EventDispatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A value with observers: each observer is called with the current value and then with every change, in order. A value
 * equal to the previous one is not reported. Thread-safe; observers run on the executor, never under the lock.
 */
final class ObservableValue<T> {
    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);

    private final Executor executor;

    // guarded by this
    private final List<EventDispatcher<T>> dispatchers = new ArrayList<>();
    private T latest;
    private boolean running;

    /**
     * Creates a value without observers.
     *
     * @param first the initial value
     * @param executor runs the calls to observers, as described at {@link EventDispatcher}
     */
    ObservableValue(T first, Executor executor) {
        this.latest = first;
        this.executor = executor;
    }

    synchronized ObserverRegistration add(Consumer<? super T> observer) {
        EventDispatcher<T> dispatcher = new EventDispatcher<>(
                observer,
                executor,
                (event, e) -> LOG.error("an observer threw an exception for the event {}", event, e));
        dispatchers.add(dispatcher);
        if (running) {
            dispatcher.add(latest);
        }
        return () -> remove(dispatcher);
    }

    private synchronized void remove(EventDispatcher<T> dispatcher) {
        dispatchers.remove(dispatcher);
    }

    /** Starts a run: reports {@code now} to every observer. */
    synchronized void start(T now) {
        running = true;
        latest = now;
        dispatchers.forEach(dispatcher -> dispatcher.add(now));
    }

    /** Sets the value. No effect outside a run. */
    void set(T now) {
        update(_ -> now);
    }

    /** Replaces the value by a function of the current one. No effect outside a run. */
    synchronized void update(UnaryOperator<T> change) {
        T now = change.apply(latest);
        if (running && !now.equals(latest)) {
            start(now);
        }
    }

    synchronized void stop() {
        running = false;
    }

    synchronized T latest() {
        return latest;
    }
}
