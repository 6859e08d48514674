package dev.ginkgo.hub;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.Time;
import dev.ginkgo.spi.TaskScope;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A program's place in a channel: it gets what is published from the moment of its making on, in order.
 *
 * <pre>{@code
 * try (Subscription numbers = hub.subscribe("/numbers")) {
 *     for (Message number : numbers) {
 *         IO.println(number.text());
 *     }
 * }
 * }</pre>
 *
 * <p>Nothing is kept for it alone: a program that is slower than the channel loses what the channel lets go of, and is
 * told by {@link #onGap}. One thread takes from it, best a virtual one; any thread may close it. If the task of a
 * service made it, it is closed when that task ends.
 *
 * <p>The iteration ends when its thread is interrupted (the flag stays set), or when the subscription is closed. If
 * the hub stops, it fails, so that nobody waits for what will never come.
 */
public final class Subscription implements Iterable<Message>, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Subscription.class);

    private final Store store;
    private final ChannelLog log;
    private final Time time;
    private final Counters counters;

    private volatile Consumer<Gap> onGap;
    private volatile @Nullable Thread waiter;
    private volatile boolean closed;
    private long position; // guarded by the store

    /** Made under the store's lock. */
    Subscription(Store store, ChannelLog log, long position, Time time, Counters counters) {
        this.store = store;
        this.log = log;
        this.position = position;
        this.time = time;
        this.counters = counters;
        onGap = gap -> LOG.warn("a reader of {} was too slow and has lost messages: {}", gap.channel(), gap.missed());
    }

    /**
     * Says what is done when messages were lost, instead of logging it. It is called by the thread that takes, before
     * it gets the next message; what it throws comes out of {@code take}. Gaps are counted in any case.
     *
     * @return this
     */
    public Subscription onGap(Consumer<Gap> action) {
        onGap = requireNonNull(action, "action is null");
        return this;
    }

    /**
     * Takes the next message; waits for one.
     *
     * @throws IllegalStateException if the subscription is closed, or the hub has stopped
     */
    public Message take() throws InterruptedException {
        Message message = takeOrEnd();
        if (message == null) {
            throw new IllegalStateException("the subscription to " + log.name + " is closed");
        }
        return message;
    }

    private @Nullable Message takeOrEnd() throws InterruptedException {
        waiter = Thread.currentThread(); // before the first look, so that no message is overlooked
        try {
            while (true) {
                long missed;
                Message message;
                synchronized (store) {
                    missed = Math.max(0, log.first() - position);
                    position += missed;
                    message = closed || missed > 0 || position == log.end() ? null : log.get(position++).message;
                }
                if (message != null) {
                    counters.delivered.increment();
                    return message;
                }
                if (closed) {
                    return null;
                }
                if (missed > 0) {
                    counters.gap(missed);
                    onGap.accept(new Gap(log.name.text(), missed));
                } else {
                    pause();
                }
            }
        } finally {
            waiter = null;
        }
    }

    private void pause() throws InterruptedException {
        if (store.isClosed()) {
            throw new IllegalStateException(
                    "the hub has stopped, nothing more will come on " + log.name + "; subscribe again when it runs");
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        time.park(time.nanos() + Long.MAX_VALUE / 2);
    }

    /** Lets the waiting thread look again. */
    void wake() {
        Thread thread = waiter;
        if (thread != null) {
            time.unpark(thread);
        }
    }

    ChannelLog log() {
        return log;
    }

    @Override
    public Iterator<Message> iterator() {
        return new Iterator<>() {
            private @Nullable Message next;

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
            public Message next() {
                if (!hasNext()) {
                    throw new NoSuchElementException("the subscription to " + log.name + " has come to its end");
                }
                Message message = requireNonNull(next);
                next = null;
                return message;
            }
        };
    }

    /** Gives the place up. Closing again does nothing. */
    @Override
    public void close() {
        synchronized (store) {
            if (closed) {
                return;
            }
            closed = true;
        }
        store.leave(this);
        TaskScope.forget(this);
        wake();
    }
}
