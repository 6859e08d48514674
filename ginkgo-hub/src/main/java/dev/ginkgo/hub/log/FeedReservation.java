package dev.ginkgo.hub.log;

import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.message.HubRejectedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a complete feed for a cursor that is about to be opened. A new merged feed is constructed by the thread that
 * opens the reservation, which acquires the store's lock for one bounded step at a time. The reservation is closed,
 * without holding the lock, when the cursor is open.
 */
public final class FeedReservation implements AutoCloseable {
    /** Longer than it takes to wake a thread. */
    private static final long PAUSE_NANOS = 50_000;

    private final Store store;
    private final ChannelRegistry channelRegistry;
    private final SubscribeRequest subscribeRequest;
    private final @Nullable Feed feed;

    private FeedReservation(
            Store store, ChannelRegistry channelRegistry, SubscribeRequest subscribeRequest, @Nullable Feed feed) {
        this.store = store;
        this.channelRegistry = channelRegistry;
        this.subscribeRequest = subscribeRequest;
        this.feed = feed;
    }

    /**
     * Opens a reservation. Called without the lock.
     *
     * @param channelRegistry guarded by the store
     * @throws HubRejectedException if the limit for patterns is reached, or the store is closed
     */
    static FeedReservation open(Store store, ChannelRegistry channelRegistry, SubscribeRequest subscribeRequest) {
        if (subscribeRequest.isSingleChannel()) {
            return new FeedReservation(store, channelRegistry, subscribeRequest, null);
        }
        Feed feed;
        FeedAssembler assembler;
        boolean complete;
        synchronized (store) {
            store.requireOpen();
            feed = channelRegistry.feed(subscribeRequest, store.state());
            feed.reserve();
            assembler = feed.assembler();
            complete = assembler == null || StartPosition.isCovered(feed, subscribeRequest.since(), store.state());
        }
        FeedReservation reservation = new FeedReservation(store, channelRegistry, subscribeRequest, feed);
        try {
            if (!complete && assembler != null) {
                FeedAssembler.Matches matches = assembler.match();
                while (!complete) {
                    complete = reservation.assembleStep(feed, matches);
                    letOthersIn();
                }
            }
            complete = true;
            return reservation;
        } finally {
            if (!complete) {
                reservation.close();
            }
        }
    }

    private boolean assembleStep(Feed reserved, FeedAssembler.Matches matches) {
        synchronized (store) {
            store.requireOpen();
            return channelRegistry.assembleStep(reserved, matches, subscribeRequest.since(), store.state());
        }
    }

    /** Releases the channels of merged feeds that have been removed, in steps. Called without the lock. */
    static void releaseChannels(Store store, ChannelRegistry channelRegistry) {
        inSteps(store, channelRegistry::releaseStep);
    }

    /**
     * Performs steps of bounded work under a lock, and lets other threads acquire it in between.
     *
     * @param lock the lock of a store, which is not held by the caller
     * @param step performs the next step under the lock, and returns whether there are more
     */
    static void inSteps(Object lock, BooleanSupplier step) {
        inSteps(lock, _ -> step.getAsBoolean());
    }

    /**
     * Performs steps as {@link #inSteps(Object, BooleanSupplier)}, and notifies the listeners that a step has added to its
     * argument after it, without the lock.
     */
    static void inSteps(Object lock, Predicate<List<FeedListener.Group>> step) {
        boolean more = true;
        while (more) {
            List<FeedListener.Group> changed = new ArrayList<>(0);
            synchronized (lock) {
                more = step.test(changed);
            }
            FeedListener.Group.appended(changed);
            if (more) {
                letOthersIn();
            }
        }
    }

    /**
     * Lets other threads acquire the lock. It is not fair: a thread that waits for it is only woken when it is released, and a thread that
     * acquires it again at once, even after {@code Thread.yield()}, would nearly always be faster, for the time of all steps.
     */
    private static void letOthersIn() {
        LockSupport.parkNanos(PAUSE_NANOS);
    }

    SubscribeRequest subscribeRequest() {
        return subscribeRequest;
    }

    /** Returns the feed; null for a single channel, which needs no preparation. */
    @Nullable
    Feed feed() {
        return feed;
    }

    @Override
    public void close() {
        if (feed == null) {
            return;
        }
        synchronized (store) {
            feed.release();
            if (!store.isClosed()) {
                channelRegistry.removeIfUnsubscribed(feed);
            }
        }
        releaseChannels(store, channelRegistry);
    }
}
