package dev.ginkgo.cluster;

import dev.ginkgo.Body;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one observer has still to be told. It is told in order by a task that lives only while there is something to
 * tell, so that an observer that blocks or throws is a matter of its own.
 */
final class Outbox<T> {
    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);

    private final Consumer<? super T> observer;
    private final Consumer<Body> spawn;

    // guarded by this
    private final Queue<T> untold = new ArrayDeque<>();
    private boolean telling;

    /**
     * @param spawn runs a body as a task; throws IllegalStateException where there can be none
     */
    Outbox(Consumer<? super T> observer, Consumer<Body> spawn) {
        this.observer = observer;
        this.spawn = spawn;
    }

    synchronized void add(T news) {
        untold.add(news);
        if (!telling) {
            telling = true;
            try {
                spawn.accept(this::tell);
            } catch (IllegalStateException stopped) {
                untold.clear(); // the next start begins with a full picture
                telling = false;
            }
        }
    }

    private void tell() {
        for (T news = next(); news != null; news = next()) {
            try {
                observer.accept(news);
            } catch (RuntimeException | Error e) {
                LOG.error("an observer failed when it was told {}", news, e);
            }
        }
    }

    private synchronized @Nullable T next() {
        T news = untold.poll();
        telling = news != null;
        return news;
    }
}
