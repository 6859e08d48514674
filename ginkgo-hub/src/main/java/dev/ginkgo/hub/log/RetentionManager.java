package dev.ginkgo.hub.log;

import dev.ginkgo.hub.spi.RangeResponse;
import dev.ginkgo.hub.spi.SequenceRange;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
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

    /** Opens a reader of all messages, which the caller closes. */
    ArrivalList.Reader openReader() {
        return arrivalList.openReader();
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

    /** Evicts messages that exceed the budget, the count of their channel, or the maximum age. */
    void evict() {
        long now = timeSource.nanos();
        List.copyOf(overLimit).forEach(log -> trim(log, now));
        evict(now);
    }

    /** Evicts messages that exceed the budget or the maximum age. */
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
        if (log.size() > limits.maxMessages().get()) {
            overLimit.add(log);
            trim(log, now);
        }
        evict(now);
    }

    /** Trims a channel that may have lost its last subscriber, and with it the grace period. */
    void trim(ChannelLog log) {
        if (overLimit.contains(log)) {
            trim(log, timeSource.nanos());
        }
    }

    /** Forgets a channel that is being removed. */
    void forget(ChannelLog log) {
        overLimit.remove(log);
    }

    /**
     * Evicts the messages beyond the count. While there are subscribers, these are retained for the grace period, so
     * that the subscribers can still read them.
     */
    private void trim(ChannelLog log, long now) {
        long count = limits.maxMessages().get();
        long grace = nanos(limits.grace().get());
        Entry oldest = log.oldest();
        while (oldest != null && log.size() > count && (log.subscribers() == 0 || now - oldest.nanos >= grace)) {
            evictEntry(oldest);
            oldest = log.oldest();
        }
        if (log.size() <= count) {
            overLimit.remove(log);
        }
    }

    private void evict(long now) {
        long budget = limits.budget().get().bytes();
        long maxAge = maxAgeNanos();
        while (used() > budget && cache.evictOldest(budget / 4)) {
            // the contents can be recreated
        }
        Entry oldest = arrivalList.oldest();
        while (oldest != null && (used() > budget || now - oldest.nanos > maxAge)) {
            evictEntry(oldest);
            oldest = arrivalList.oldest();
        }
    }

    /** Evicts an entry, which is the oldest of its channel. */
    private void evictEntry(Entry entry) {
        arrivalList.remove(entry);
        originIndex.remove(entry);
        charge(-entry.cost());
        long before = entry.log.mergedCost();
        entry.log.remove(entry);
        charge(entry.log.mergedCost() - before);
        onTrimmed.accept(entry.log);
    }

    /** Returns the maximum age of a message in nanoseconds. */
    long maxAgeNanos() {
        return nanos(limits.maxAge().get());
    }

    static long nanos(Duration d) {
        try {
            return d.toNanos();
        } catch (ArithmeticException overflow) {
            return Long.MAX_VALUE;
        }
    }

    void clear() {
        overLimit.clear();
        arrivalList.clear();
        originIndex.clear();
    }
}
