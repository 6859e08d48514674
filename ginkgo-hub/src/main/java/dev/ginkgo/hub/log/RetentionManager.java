package dev.ginkgo.hub.log;

import dev.ginkgo.hub.spi.RangeResponse;
import dev.ginkgo.hub.spi.SequenceRange;
import dev.ginkgo.time.TimeSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Retention: keeps a store within its memory budget, which covers messages, the frames encoded from them, and the slots
 * of merged feeds. The oldest message of the store is evicted first, whatever its channel; each channel is also bounded
 * by a count. Guarded by the store.
 */
final class RetentionManager {
    private static final EvictableCache NO_CACHE = new EvictableCache() {
        @Override
        public long bytes() {
            return 0;
        }

        @Override
        public int feeds() {
            return 0;
        }

        @Override
        public boolean evictOldest(long keptBytes) {
            return false;
        }
    };

    /** Maximum number of messages that are evicted in one hold of the lock, unless the budget requires more. */
    private static final int STEP = 1_000;

    private final StoreLimits limits;
    private final TimeSource timeSource;
    private final Consumer<ChannelLog> onTrimmed;

    private final Set<ChannelLog> overLimit = new LinkedHashSet<>();
    private final ArrivalList arrivalList = new ArrivalList();
    private final OriginIndex originIndex = new OriginIndex();
    private EvictableCache cache = NO_CACHE;
    private long used; // without the cache

    /**
     * Creates a manager without messages.
     *
     * @param onTrimmed is called under the store's lock with a channel from which a message was evicted
     */
    RetentionManager(StoreLimits limits, TimeSource timeSource, Consumer<ChannelLog> onTrimmed) {
        this.limits = limits;
        this.timeSource = timeSource;
        this.onTrimmed = onTrimmed;
    }

    /** Returns the used memory in bytes. */
    long used() {
        return used + cache.bytes();
    }

    /** Returns the number of encoded feeds: one per feed and wire format in use. */
    int encodings() {
        return cache.feeds();
    }

    /** Adds a cache to the budget; it is evicted before messages are. */
    void setCache(EvictableCache newCache) {
        cache = newCache;
    }

    void charge(long bytes) {
        used += bytes;
    }

    /** Adds a message that was appended to its channel. */
    void add(Entry entry) {
        arrivalList.add(entry);
        originIndex.add(entry);
        charge(entry.cost());
    }

    /** Returns the retained messages of a range. */
    RangeResponse readRange(SequenceRange requested) {
        return originIndex.readRange(requested);
    }

    /** Returns the first entry after an arrival number, or null. */
    @Nullable
    Entry after(long arrival) {
        return arrivalList.after(arrival);
    }

    /** Remembers an entry from which a reader of all messages will resume. */
    void bookmark(Entry entry) {
        arrivalList.bookmark(entry);
    }

    /**
     * Evicts messages that exceed the budget, the count of their channel, or the maximum age, in steps.
     *
     * @param lock the lock of the store, which is not held by the caller
     */
    void evictInSteps(Object lock) {
        Deque<ChannelLog> untrimmed;
        var _ = limits.read();
        synchronized (lock) {
            untrimmed = new ArrayDeque<>(overLimit);
        }
        FeedReservation.inSteps(lock, () -> evictStep(untrimmed));
    }

    /**
     * Evicts some messages that exceed the count of their channel or the maximum age, and those that exceed the budget.
     *
     * @param untrimmed the channels whose messages beyond the count remain to be evicted
     * @return whether there are more
     */
    private boolean evictStep(Deque<ChannelLog> untrimmed) {
        long now = timeSource.nanos();
        for (int steps = 0; steps < STEP && !untrimmed.isEmpty(); ) {
            int atMost = STEP - steps;
            int evicted = trim(untrimmed.getFirst(), now, atMost);
            if (evicted < atMost) {
                untrimmed.removeFirst();
            }
            steps += evicted + 1;
        }
        return evict(now) || !untrimmed.isEmpty();
    }

    /** Evicts messages that exceed the budget, and some that exceed the maximum age. */
    void evictExpired() {
        evict(timeSource.nanos());
    }

    /** Evicts all messages of a channel. */
    void evictAll(ChannelLog log) {
        for (Entry oldest = log.oldest(); oldest != null; oldest = log.oldest()) {
            evictEntry(oldest);
        }
    }

    /** Evicts after a message was added to a channel. */
    void evict(ChannelLog log, long now) {
        if (log.size() > limits.latest().maxMessages()) {
            if (!log.overLimit) {
                log.overLimit = true;
                overLimit.add(log);
            }
            trim(log, now, STEP);
        }
        evict(now);
    }

    /**
     * Evicts some messages of a channel that may have lost its last subscriber, and with it the grace period. Returns their
     * number.
     */
    int trim(ChannelLog log) {
        return log.overLimit ? trim(log, timeSource.nanos(), STEP) : 0;
    }

    /** Forgets a channel that is being removed. */
    void forget(ChannelLog log) {
        if (log.overLimit) {
            log.overLimit = false;
            overLimit.remove(log);
        }
    }

    /**
     * Evicts the messages beyond the count, and returns their number. While there are subscribers, these are retained for
     * the grace period, so that the subscribers can still read them.
     */
    private int trim(ChannelLog log, long now, int atMost) {
        long count = limits.latest().maxMessages();
        long grace = limits.latest().graceNanos();
        int evicted = 0;
        Entry oldest = log.oldest();
        while (oldest != null
                && evicted < atMost
                && log.size() > count
                && (log.subscribers() == 0 || now - oldest.nanos >= grace)) {
            evictEntry(oldest);
            evicted++;
            oldest = log.oldest();
        }
        if (log.size() <= count) {
            forget(log);
        }
        return evicted;
    }

    /** Evicts messages that exceed the budget, and some that exceed the maximum age; returns whether there are more. */
    private boolean evict(long now) {
        long budget = limits.latest().budget();
        long maxAge = maxAgeNanos();
        while (used() > budget && cache.evictOldest(budget / 4)) {
            // the contents can be recreated
        }
        int expired = 0;
        Entry oldest = arrivalList.oldest();
        while (oldest != null && (used() > budget || (expired < STEP && now - oldest.nanos > maxAge))) {
            evictEntry(oldest);
            expired++;
            oldest = arrivalList.oldest();
        }
        return oldest != null && now - oldest.nanos > maxAge;
    }

    /** Evicts an entry, which is the oldest of its channel. */
    private void evictEntry(Entry entry) {
        arrivalList.remove(entry);
        originIndex.remove(entry);
        charge(-entry.cost());
        if (entry.log.mergedFeeds().isEmpty()) {
            entry.log.remove(entry);
        } else {
            long before = entry.log.mergedCost();
            entry.log.remove(entry);
            charge(entry.log.mergedCost() - before);
        }
        onTrimmed.accept(entry.log);
    }

    /** Returns the maximum age of a message in nanoseconds. */
    long maxAgeNanos() {
        return limits.latest().maxAgeNanos();
    }

    void clear() {
        overLimit.clear();
        arrivalList.clear();
        originIndex.clear();
    }
}
