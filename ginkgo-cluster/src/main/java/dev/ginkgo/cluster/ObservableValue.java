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
 * Those who want to know how something is: each is told how it is now, and then every change, in order. A word that
 * says what was said before is left out.
 */
final class ObservableValue<T> {
    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);

    private final Executor executor;

    // guarded by this
    private final List<EventDispatcher<T>> dispatchers = new ArrayList<>();
    private T latest;
    private boolean running;

    /**
     * Of no observer yet.
     *
     * @param executor as {@link EventDispatcher} needs it
     */
    ObservableValue(T first, Executor executor) {
        this.latest = first;
        this.executor = executor;
    }

    synchronized ObserverRegistration add(Consumer<? super T> observer) {
        EventDispatcher<T> dispatcher = new EventDispatcher<>(
                observer, executor, (news, e) -> LOG.error("an observer failed when it was told {}", news, e));
        dispatchers.add(dispatcher);
        if (running) {
            dispatcher.add(latest);
        }
        return () -> remove(dispatcher);
    }

    private synchronized void remove(EventDispatcher<T> dispatcher) {
        dispatchers.remove(dispatcher);
    }

    /** A run begins: everybody is told how things stand. */
    synchronized void start(T now) {
        running = true;
        latest = now;
        dispatchers.forEach(dispatcher -> dispatcher.add(now));
    }

    /** No effect outside of a run. */
    void set(T now) {
        update(_ -> now);
    }

    /** The same, with what follows from how it is now. */
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
