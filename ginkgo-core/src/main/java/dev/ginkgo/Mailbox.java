package dev.ginkgo;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.internal.concurrent.WaitQueue;
import dev.ginkgo.time.TimeSource;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue between a service and those who consume from it. It is a service, a child of the one that fills
 * it, because what waits in it must survive a restart: while its tree restarts, consumers wait, and go on after.
 *
 * <p>Iterating takes: each item goes to one consumer. The iteration ends when its thread is interrupted (the flag
 * stays set), or when the mailbox has stopped for good and is empty.
 *
 * @param <T> what is in it
 */
public final class Mailbox<T> extends Service implements Iterable<T> {

    /** What happens to an item that finds the mailbox full. */
    public enum Overflow {
        /** The item that has waited longest goes: the newest matter. */
        DROP_OLDEST,
        /** The new item goes: the oldest matter. */
        DROP_NEWEST,
        /** Whoever puts it waits. */
        BLOCK
    }

    private final int capacity;
    private final Overflow overflow;
    private final Queue<T> items = new ArrayDeque<>();
    private long dropped;

    /** A mailbox for at most {@code capacity} items, at least one. */
    public Mailbox(int capacity, Overflow overflow) {
        if (capacity < 1) {
            throw new IllegalArgumentException("a mailbox for " + capacity + " items; it needs room for one at least");
        }
        this.capacity = capacity;
        this.overflow = requireNonNull(overflow, "overflow is null");
    }

    /**
     * Puts an item in.
     *
     * @return whether it is in; if not, it was dropped, and counted
     */
    public boolean put(T item) throws InterruptedException {
        requireNonNull(item, "item is null");
        Boolean put = overflow == Overflow.BLOCK
                ? serviceNode
                        .waitQueue()
                        .await(() -> serviceNode.terminated ? rejectItem() : tryPut(item), timeSource(), forever())
                : tryPut(item);
        serviceNode.waitQueue().signal();
        return Boolean.TRUE.equals(put);
    }

    private synchronized Boolean rejectItem() {
        dropped++;
        return false;
    }

    private synchronized @Nullable Boolean tryPut(T item) {
        if (items.size() < capacity) {
            return items.add(item);
        }
        return switch (overflow) {
            case BLOCK -> null;
            case DROP_NEWEST -> {
                dropped++;
                yield false;
            }
            case DROP_OLDEST -> {
                dropped++;
                items.remove();
                yield items.add(item);
            }
        };
    }

    /**
     * Takes the next item; waits for one.
     *
     * @throws IllegalStateException if there is none, and the mailbox has stopped for good
     */
    public T take() throws InterruptedException {
        T item = takeOrEnd();
        if (item == null) {
            throw new IllegalStateException(serviceNode.path() + " has stopped for good; nothing more will come");
        }
        return item;
    }

    private @Nullable T takeOrEnd() throws InterruptedException {
        Optional<T> found = serviceNode
                .waitQueue()
                .await(
                        () -> {
                            T item = poll();
                            return item == null && !serviceNode.terminated ? null : Optional.ofNullable(item);
                        },
                        timeSource(),
                        forever());
        serviceNode.waitQueue().signal();
        return found == null ? null : found.orElse(null);
    }

    private synchronized @Nullable T poll() {
        return items.poll();
    }

    /** How many items wait. */
    public synchronized int size() {
        return items.size();
    }

    /** How many items have been dropped since the mailbox was made. */
    public synchronized long dropped() {
        return dropped;
    }

    @Override
    public Iterator<T> iterator() {
        return new Iterator<>() {
            private @Nullable T next;

            @Override
            public boolean hasNext() {
                if (next == null) {
                    try {
                        next = takeOrEnd();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                }
                return next != null;
            }

            @Override
            public T next() {
                if (!hasNext()) {
                    throw new NoSuchElementException(serviceNode.path() + " has come to its end");
                }
                T item = requireNonNull(next);
                next = null;
                return item;
            }
        };
    }

    private TimeSource timeSource() {
        return serviceNode.timeOrSystem();
    }

    private long forever() {
        return WaitQueue.never(timeSource());
    }
}
