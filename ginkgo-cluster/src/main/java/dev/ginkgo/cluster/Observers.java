package dev.ginkgo.cluster;

import dev.ginkgo.Body;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Those who want to know how something is: each is told how it is now, and then every change, in order. A word that
 * says what was said before is left out.
 */
final class Observers<T> {
    private final Consumer<Body> spawn;

    // guarded by this
    private final List<Outbox<T>> outboxes = new ArrayList<>();
    private T latest;
    private boolean running;

    Observers(T first, Consumer<Body> spawn) {
        this.latest = first;
        this.spawn = spawn;
    }

    synchronized Watch add(Consumer<? super T> observer) {
        Outbox<T> outbox = new Outbox<>(observer, spawn);
        outboxes.add(outbox);
        if (running) {
            outbox.add(latest);
        }
        return () -> remove(outbox);
    }

    private synchronized void remove(Outbox<T> outbox) {
        outboxes.remove(outbox);
    }

    /** A run begins: everybody is told how things stand. */
    synchronized void begin(T now) {
        running = true;
        latest = now;
        outboxes.forEach(outbox -> outbox.add(now));
    }

    /** No effect outside of a run. */
    void tell(T now) {
        update(_ -> now);
    }

    /** The same, with what follows from how it is now. */
    synchronized void update(UnaryOperator<T> change) {
        T now = change.apply(latest);
        if (running && !now.equals(latest)) {
            begin(now);
        }
    }

    synchronized void end() {
        running = false;
    }

    synchronized T latest() {
        return latest;
    }
}
