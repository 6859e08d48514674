package dev.ginkgo;

import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells an observer of every change of state, in order, on a thread that lives only while there is something to
 * tell: an observer that blocks or throws holds up nothing but what is told after.
 */
final class Outbox {
    private static final Logger LOG = LoggerFactory.getLogger(Ginkgo.class);

    private final Tree tree;
    private final @Nullable Consumer<StateChange> observer;
    private final Queue<StateChange> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();

    Outbox(Tree tree, @Nullable Consumer<StateChange> observer) {
        this.tree = tree;
        this.observer = observer;
    }

    /** Called under the tree's lock, so that the order is that of the changes. */
    void add(Node node, State from, State to, String reason, @Nullable Throwable failure) {
        if (observer == null) {
            return;
        }
        queue.add(new StateChange(node.path(), from, to, node.since, reason, Optional.ofNullable(failure)));
        if (waiting.getAndIncrement() == 0) {
            tree.work(tree.root().path(), "events", this::tell);
        }
    }

    private void tell() {
        do {
            StateChange change = queue.poll();
            if (change != null && observer != null) {
                try {
                    observer.accept(change);
                } catch (RuntimeException | Error e) { // an AssertionError of a test, too
                    LOG.warn("the observer of state changes failed at {}", change, e);
                }
            }
        } while (waiting.decrementAndGet() > 0);
    }
}
