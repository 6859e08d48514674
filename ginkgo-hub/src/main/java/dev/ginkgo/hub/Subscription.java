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
 * A Java subscription to a channel, a pattern or a list. It returns messages in order: the retained messages that were
 * requested, then those published after the subscription was opened.
 *
 * <pre>{@code
 * try (Subscription numbers = hub.subscribe("/numbers")) {
 *     for (Message number : numbers) {
 *         IO.println(number.text());
 *     }
 * }
 * }</pre>
 *
 * <p>Nothing is queued per subscription. A subscriber that falls behind retention loses the evicted messages, and is
 * notified through {@link #onGap}. Only one thread may read from a subscription, preferably a virtual thread; any
 * thread may close it. A subscription opened by a task of a service is closed when that task ends; one
 * opened in a hook is not, so pass it to {@code closeOnStop}.
 *
 * <p>Iteration ends when the reading thread is interrupted (the interrupt flag stays set) or when the subscription is
 * closed. If the hub stops, iteration and {@link #take} throw {@link IllegalStateException}, so that no thread waits
 * for messages that cannot arrive.
 */
public final class Subscription implements Iterable<Message>, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Subscription.class);

    private final Store store;
    private final Cursor cursor; // next() is called under the store's lock
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
        this.startGapPending = resumes && !cursor.start().recovered();
        this.timeSource = timeSource;
        this.counters = counters;
        onGap = gap -> LOG.warn(
                "subscription to {} has lost {} messages",
                gap.channel(),
                gap.missed() == Gap.UNKNOWN ? "an unknown number of" : gap.missed());
    }

    /**
     * Opens a subscription.
     *
     * @throws HubRejectedException if the limit for channels or patterns is reached, or the hub has stopped
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

    /** The thread that waits for the next message, if there is one. */
    private static final class WaitingThread implements FeedListener {
        private final TimeSource timeSource;
        private volatile @Nullable Thread thread;

        WaitingThread(TimeSource timeSource) {
            this.timeSource = timeSource;
        }

        @Override
        public void appended() {
            // nothing to record: the thread reads the cursor when it wakes up
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
     * Sets the action to run when messages are lost; it replaces the default, a warning in the log. The action is
     * called by the reading thread before the next message is returned; an exception that it throws propagates out of
     * {@link #take}. Gaps are counted in either case.
     *
     * @return this
     */
    public Subscription onGap(Consumer<Gap> action) {
        onGap = requireNonNull(action, "action is null");
        return this;
    }

    /**
     * Returns the next message, and waits until there is one.
     *
     * @throws IllegalStateException if the subscription is closed, or the hub has stopped
     * @throws InterruptedException if the calling thread is interrupted while it waits
     */
    public Message take() throws InterruptedException {
        Message message = takeOrEnd();
        if (message == null) {
            throw new IllegalStateException("the subscription to " + channelSelector + " is closed");
        }
        return message;
    }

    private @Nullable Message takeOrEnd() throws InterruptedException {
        waitingThread.thread = Thread.currentThread(); // set before the cursor is read, so that no wake-up is missed
        try {
            while (true) {
                if (startGapPending) {
                    startGapPending = false;
                    if (cursor.reportsGap(Gap.UNKNOWN)) {
                        reportGap(Gap.UNKNOWN, cursor.start().id());
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

    /** Reads the next step; returns null if this subscription is closed. */
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
            throw new IllegalStateException("the hub has stopped; no more messages will arrive on " + channelSelector
                    + "; subscribe again when the hub is running");
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
                    throw new NoSuchElementException("the subscription to " + channelSelector + " has ended");
                }
                Message message = requireNonNull(next);
                next = null;
                return message;
            }
        };
    }

    /** Closes the subscription; a thread that is waiting in it is woken. Closing again has no effect. */
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
