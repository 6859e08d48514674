package dev.ginkgo.hub;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.log.Cursor;
import dev.ginkgo.hub.log.FeedListener;
import dev.ginkgo.hub.log.Store;
import dev.ginkgo.hub.message.Gap;
import dev.ginkgo.hub.message.HubRejectedException;
import dev.ginkgo.hub.message.Message;
import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.internal.concurrent.TaskScope;
import dev.ginkgo.time.TimeSource;
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
    private final Cursor cursor; // next() under the store's lock
    private final WaitingThread waitingThread;
    private final ChannelSelector channelSelector;
    private final TimeSource timeSource;
    private final Counters counters;

    private volatile Consumer<Gap> onGap;
    private volatile boolean closed;
    private boolean startGapPending;

    private Subscription(
            Store store,
            Cursor cursor,
            WaitingThread waitingThread,
            boolean resumes,
            TimeSource timeSource,
            Counters counters) {
        this.store = store;
        this.cursor = cursor;
        this.waitingThread = waitingThread;
        this.channelSelector = cursor.feed.channelSelector;
        this.startGapPending = resumes && !cursor.start.recovered();
        this.timeSource = timeSource;
        this.counters = counters;
        onGap = gap -> LOG.warn(
                "a reader of {} has lost {} messages",
                gap.channel(),
                gap.missed() == Gap.UNKNOWN ? "some" : gap.missed());
    }

    /**
     * Begins to read.
     *
     * @throws HubRejectedException if the channel cannot be made, or the pattern is one too many
     */
    static Subscription open(Store store, SubscribeRequest subscribeRequest, TimeSource timeSource, Counters counters) {
        WaitingThread waitingThread = new WaitingThread(timeSource);
        return new Subscription(
                store,
                store.openCursor(subscribeRequest, waitingThread),
                waitingThread,
                subscribeRequest.asksForHistory(),
                timeSource,
                counters);
    }

    /** The thread that waits for the next message, if one does. */
    private static final class WaitingThread implements FeedListener {
        private final TimeSource timeSource;
        private volatile @Nullable Thread thread;

        WaitingThread(TimeSource timeSource) {
            this.timeSource = timeSource;
        }

        @Override
        public void appended() {
            // the thread looks itself when it wakes
        }

        @Override
        public void wake() {
            Thread waiting = thread;
            if (waiting != null) {
                timeSource.unpark(waiting);
            }
        }
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
            throw new IllegalStateException("the subscription to " + channelSelector + " is closed");
        }
        return message;
    }

    private @Nullable Message takeOrEnd() throws InterruptedException {
        waitingThread.thread = Thread.currentThread(); // before the first look, so that no message is overlooked
        try {
            while (true) {
                if (startGapPending) {
                    startGapPending = false;
                    if (cursor.reportsGap(Gap.UNKNOWN)) {
                        reportGap(Gap.UNKNOWN, cursor.start.id());
                    }
                }
                Cursor.Step step = nextStep();
                if (step == null) {
                    return null;
                }
                if (step.missed() != 0) {
                    reportGap(step.missed(), step.after());
                } else if (step.message() != null) {
                    counters.recordDelivery(step.replayed());
                    return step.message();
                } else if (closed) {
                    return null;
                } else if (step.atEnd()) {
                    awaitMessage();
                }
            }
        } finally {
            waitingThread.thread = null;
        }
    }

    /** What comes next; null if this is closed. */
    private Cursor.@Nullable Step nextStep() {
        synchronized (store) {
            return closed ? null : cursor.next();
        }
    }

    private void reportGap(long missed, String after) {
        counters.recordGap(missed);
        onGap.accept(new Gap(channelSelector.text(), missed, after));
    }

    private void awaitMessage() throws InterruptedException {
        if (store.isClosed()) {
            throw new IllegalStateException("the hub has stopped, nothing more will come on " + channelSelector
                    + "; subscribe again when it runs");
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        timeSource.park(timeSource.nanos() + Long.MAX_VALUE / 2);
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
                    throw new NoSuchElementException("the subscription to " + channelSelector + " has come to its end");
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
        store.closeCursor(cursor, waitingThread);
        TaskScope.unregister(this);
        waitingThread.wake();
    }
}
