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
 * A program's place in a channel, a pattern or a list: it gets what is published from the moment of its making on, and
 * what was before if it asked for that, in order.
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
    private final Feed feed;
    private final Beginning beginning;
    private final Time time;
    private final Counters counters;
    private final OpenGap gap = new OpenGap();

    private volatile Consumer<Gap> onGap;
    private volatile @Nullable Thread waiter;
    private volatile boolean closed;
    private boolean lost;

    // guarded by the store
    private long position;
    private @Nullable Replay replay;

    /** Made under the store's lock. */
    Subscription(Store store, Feed feed, Beginning beginning, boolean resumes, Time time, Counters counters) {
        this.store = store;
        this.feed = feed;
        this.beginning = beginning;
        this.position = beginning.number();
        this.replay = beginning.replay();
        this.lost = resumes && !beginning.recovered();
        this.time = time;
        this.counters = counters;
        onGap = gap -> LOG.warn(
                "a reader of {} has lost {} messages",
                gap.channel(),
                gap.missed() == Gap.UNKNOWN ? "some" : gap.missed());
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
            throw new IllegalStateException("the subscription to " + feed.selector + " is closed");
        }
        return message;
    }

    private @Nullable Message takeOrEnd() throws InterruptedException {
        waiter = Thread.currentThread(); // before the first look, so that no message is overlooked
        try {
            while (true) {
                if (lost) {
                    lost = false;
                    tell(Gap.UNKNOWN, beginning.id());
                }
                Step step = step();
                if (step.missed != 0) {
                    tell(step.missed, step.after);
                } else if (step.message != null) {
                    gap.message();
                    counters.delivered(step.old);
                    return step.message;
                } else if (closed) {
                    return null;
                } else if (step.atEnd) {
                    pause();
                }
            }
        } finally {
            waiter = null;
        }
    }

    /** What one look at the log has found: a gap, a message, or nothing. */
    private record Step(@Nullable Message message, boolean old, long missed, String after, boolean atEnd) {}

    private Step step() {
        synchronized (store) {
            if (closed) {
                return new Step(null, false, 0, "", true);
            }
            long next = feed.present(position);
            Entry entry = feed.get(next);
            long missed = feed.missed(position, next);
            if (missed != 0) {
                position = next;
                String after = entry == null ? store.idOfEnd() : entry.message.idBefore();
                return new Step(null, false, missed, replay == null ? after : replay.id(after), false);
            }
            if (entry == null) {
                position = next;
                return new Step(null, false, 0, "", true);
            }
            boolean wanted = Scan.wants(replay, next, entry);
            position = next + 1;
            Message shown = replay == null ? entry.message : replay.shown(entry.message);
            if (replay != null && (position >= replay.until() || replay.isOver(entry.message))) {
                replay = null;
            }
            return new Step(wanted ? shown : null, next < beginning.end(), 0, "", false);
        }
    }

    private void tell(long missed, String after) {
        if (!gap.lost(missed)) {
            return;
        }
        counters.gap(missed);
        onGap.accept(new Gap(feed.selector.text(), missed, after));
    }

    private void pause() throws InterruptedException {
        if (store.isClosed()) {
            throw new IllegalStateException("the hub has stopped, nothing more will come on " + feed.selector
                    + "; subscribe again when it runs");
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

    Feed feed() {
        return feed;
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
                    throw new NoSuchElementException("the subscription to " + feed.selector + " has come to its end");
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
