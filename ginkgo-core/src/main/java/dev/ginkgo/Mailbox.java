package dev.ginkgo;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.internal.concurrent.WaitQueue;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Bounded queue between a producing service and its consumers. It is a child of the producer, so that the queued items
 * survive a restart of the producer: while the tree restarts, consumers wait, and then continue.
 *
 * <p>Each item goes to one consumer. Iterating takes items; the iteration ends when its thread is interrupted (the
 * interrupt flag stays set), or when the mailbox has stopped permanently and is empty.
 *
 * <p>All methods may be called from any thread.
 *
 * @param <T> the type of the items
 */
public final class Mailbox<T> extends Service implements Iterable<T> {

    /** What {@link #put} does when the mailbox is full. */
    public enum Overflow {
        /** Drops the oldest item and accepts the new one: consumers get the most recent items. */
        DROP_OLDEST,
        /** Drops the new item: consumers get the items that were accepted first. */
        DROP_NEWEST,
        /** Blocks the caller until there is room. */
        BLOCK
    }

    private final int capacity;
    private final Overflow overflow;
    private final Queue<T> items = new ArrayDeque<>();
    private final WaitQueue consumers = serviceNode.waitQueue().part();
    private final WaitQueue producers = serviceNode.waitQueue().part();
    private long dropped;

    /**
     * Creates a mailbox.
     *
     * @param capacity the largest number of items, at least 1
     * @param overflow what happens to an item when the mailbox is full
     * @throws IllegalArgumentException if the capacity is less than 1
     */
    public Mailbox(int capacity, Overflow overflow) {
        if (capacity < 1) {
            throw new IllegalArgumentException(
                    "capacity is " + capacity + "; a mailbox needs a capacity of at least 1");
        }
        this.capacity = capacity;
        this.overflow = requireNonNull(overflow, "overflow is null");
    }

    /**
     * Adds an item. With {@link Overflow#BLOCK} this waits for room; it returns false if the mailbox stops permanently
     * first.
     *
     * @return whether the item was added; if not, it was dropped and counted in {@link #dropped()}
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    public boolean put(T item) throws InterruptedException {
        requireNonNull(item, "item is null");
        Boolean put = overflow == Overflow.BLOCK
                ? producers.await(() -> serviceNode.terminated ? rejectItem() : tryPut(item), timeSource(), forever())
                : tryPut(item);
        consumers.signalOne();
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
     * Removes and returns the next item; waits until there is one. Items that are left when the mailbox stops can still
     * be taken.
     *
     * @throws IllegalStateException if the mailbox is empty and has stopped permanently
     */
    public T take() throws InterruptedException {
        T item = takeUntil(forever());
        if (item == null) {
            throw new IllegalStateException(
                    serviceNode.path() + " has stopped and is empty; no more items will arrive");
        }
        return item;
    }

    /**
     * Removes and returns the next item; waits up to {@code atMost} for one, in the time of the tree.
     *
     * @return empty if there was none in time, or if the mailbox is empty and has stopped permanently
     */
    public Optional<T> poll(Duration atMost) throws InterruptedException {
        return Optional.ofNullable(takeUntil(WaitQueue.deadlineAfter(timeSource(), atMost)));
    }

    /**
     * Moves the items that are queued now into a collection, without waiting. To process items in batches, {@link #take}
     * one and drain the rest.
     *
     * @param max the largest number of items to move
     * @return the number of items that were moved
     */
    public int drainTo(Collection<? super T> target, int max) {
        List<T> drained = new ArrayList<>();
        synchronized (this) {
            while (drained.size() < max && !items.isEmpty()) {
                drained.add(items.remove());
            }
        }
        drained.forEach(_ -> producers.signalOne());
        target.addAll(drained); // user code, so not under the lock
        return drained.size();
    }

    private @Nullable T takeUntil(long deadline) throws InterruptedException {
        Optional<T> found = consumers.await(
                () -> {
                    T item = next();
                    return item == null && !serviceNode.terminated ? null : Optional.ofNullable(item);
                },
                timeSource(),
                deadline);
        producers.signalOne();
        return found == null ? null : found.orElse(null);
    }

    private synchronized @Nullable T next() {
        return items.poll();
    }

    /** Returns the number of queued items. */
    public synchronized int size() {
        return items.size();
    }

    /** Returns the number of items dropped since the mailbox was created. */
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
                        next = takeUntil(forever());
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                }
                return next != null;
            }

            @Override
            public T next() {
                if (!hasNext()) {
                    throw new NoSuchElementException(serviceNode.path() + " has stopped and is empty");
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
