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
 * What a store holds, within its budget: messages, the frames that were made of them, the places of merged feeds. The
 * oldest message goes first, wherever it is; a channel also has bounds of its own. Guarded by the store.
 */
final class RetentionManager {
    private static final EvictableCache NO_CACHE = new EvictableCache() {
        @Override
        public long bytes() {
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
     * Begins with nothing.
     *
     * @param shortened is told of a channel that has lost a message, under the store's lock
     */
    RetentionManager(StoreLimits limits, TimeSource timeSource, Consumer<ChannelLog> shortened) {
        this.limits = limits;
        this.timeSource = timeSource;
        this.onTrimmed = shortened;
    }

    /** What is held, in bytes. */
    long used() {
        return used + cache.bytes();
    }

    /** Counts a cache in the budget, and evicts it first. */
    void setCache(EvictableCache newCache) {
        cache = newCache;
    }

    void charge(long bytes) {
        used += bytes;
    }

    /** A message is put at the end of its channel. */
    void add(Entry entry) {
        arrivalList.add(entry);
        originIndex.add(entry);
        charge(entry.cost());
    }

    /** What is held of a stretch. */
    RangeResponse readRange(SequenceRange asked) {
        return originIndex.readRange(asked);
    }

    /** The first message that came after that arrival. */
    @Nullable
    Entry after(long arrival) {
        return arrivalList.after(arrival);
    }

    /** Somebody goes through all messages, and will go on from there. */
    void bookmark(Entry entry) {
        arrivalList.bookmark(entry);
    }

    /** Lets go of what is over the budget, too many or too old. */
    void evict() {
        long now = timeSource.nanos();
        List.copyOf(overLimit).forEach(log -> trim(log, now));
        evict(now);
    }

    /** The same, if a channel has got one more. */
    void evict(ChannelLog log, long now) {
        if (log.size() > limits.maxMessages().get()) {
            overLimit.add(log);
            trim(log, now);
        }
        evict(now);
    }

    /** A channel has lost its last reader, perhaps, and so its grace. */
    void trim(ChannelLog log) {
        if (overLimit.contains(log)) {
            trim(log, timeSource.nanos());
        }
    }

    /** A channel ends. */
    void forget(ChannelLog log) {
        overLimit.remove(log);
    }

    /** More than the count stays for a moment, for the readers who are there and may be about to get it. */
    private void trim(ChannelLog log, long now) {
        long count = limits.maxMessages().get();
        long grace = nanos(limits.grace().get());
        Entry first = log.oldest();
        while (first != null && log.size() > count && (log.subscribers() == 0 || now - first.nanos >= grace)) {
            evictEntry(first);
            first = log.oldest();
        }
        if (log.size() <= count) {
            overLimit.remove(log);
        }
    }

    private void evict(long now) {
        long budget = limits.budget().get().bytes();
        long tooOld = maxAgeNanos();
        while (used() > budget && cache.evictOldest(budget / 4)) {
            // what is in it can be made again
        }
        Entry oldest = arrivalList.oldest();
        while (oldest != null && (used() > budget || now - oldest.nanos > tooOld)) {
            evictEntry(oldest);
            oldest = arrivalList.oldest();
        }
    }

    /** The oldest message of its channel goes. */
    private void evictEntry(Entry entry) {
        arrivalList.remove(entry);
        originIndex.remove(entry);
        charge(-entry.cost());
        long before = entry.log.mergedCost();
        entry.log.remove(entry);
        charge(entry.log.mergedCost() - before);
        onTrimmed.accept(entry.log);
    }

    /** How long a message is kept, in nanoseconds. */
    long maxAgeNanos() {
        return nanos(limits.maxAge().get());
    }

    static long nanos(Duration d) {
        try {
            return d.toNanos();
        } catch (ArithmeticException longerThanAnyLife) {
            return Long.MAX_VALUE;
        }
    }

    void clear() {
        overLimit.clear();
        arrivalList.clear();
        originIndex.clear();
    }
}
