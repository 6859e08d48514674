package dev.ginkgo.internal.engine;

import dev.ginkgo.internal.concurrent.EventDispatcher;
import dev.ginkgo.lifecycle.TreeListener;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Delivers the events of a tree to its listeners, to each in the order in which they were added. */
final class TreeEvents {
    private static final Logger LOG = LoggerFactory.getLogger("dev.ginkgo.Ginkgo");

    private final List<EventDispatcher<Consumer<TreeListener>>> dispatchers;

    /**
     * Creates the dispatchers.
     *
     * @param executor runs the delivery to one listener
     */
    TreeEvents(List<TreeListener> listeners, Executor executor) {
        dispatchers = listeners.stream()
                .map(listener -> new EventDispatcher<Consumer<TreeListener>>(
                        event -> event.accept(listener),
                        executor,
                        (event, e) -> LOG.warn("the listener {} failed", listener, e)))
                .toList();
    }

    /** Adds an event. May be called with the tree's lock held. The event is created only if there are listeners. */
    void add(Supplier<Consumer<TreeListener>> event) {
        if (!dispatchers.isEmpty()) {
            Consumer<TreeListener> created = event.get();
            dispatchers.forEach(dispatcher -> dispatcher.add(created));
        }
    }
}
