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
    private final TimeSource time;
    private final Consumer<ChannelLog> shortened;

    private final Set<ChannelLog> overfull = new LinkedHashSet<>();
    private final ArrivalList line = new ArrivalList();
    private final OriginIndex strands = new OriginIndex();
    private EvictableCache cache = NO_CACHE;
    private long held; // without the cache

    /**
     * Begins with nothing.
     *
     * @param shortened is told of a channel that has lost a message, under the store's lock
     */
    RetentionManager(StoreLimits limits, TimeSource time, Consumer<ChannelLog> shortened) {
        this.limits = limits;
        this.time = time;
        this.shortened = shortened;
    }

    /** What is held, in bytes. */
    long held() {
        return held + cache.bytes();
    }

    /** Counts a cache in the budget, and evicts it first. */
    void setCache(EvictableCache newCache) {
        cache = newCache;
    }

    void charge(long bytes) {
        held += bytes;
    }

    /** A message is put at the end of its channel. */
    void add(Entry entry) {
        line.add(entry);
        strands.add(entry);
        charge(entry.cost());
    }

    /** What is held of a stretch. */
    RangeResponse answer(SequenceRange asked) {
        return strands.answer(asked);
    }

    /** The first message that came after that arrival. */
    @Nullable
    Entry after(long arrival) {
        return line.after(arrival);
    }

    /** Somebody goes through all messages, and will go on from there. */
    void mark(Entry entry) {
        line.mark(entry);
    }

    /** Lets go of what is over the budget, too many or too old. */
    void evict() {
        long now = time.nanos();
        List.copyOf(overfull).forEach(log -> shorten(log, now));
        evict(now);
    }

    /** The same, if a channel has got one more. */
    void evict(ChannelLog log, long now) {
        if (log.size() > limits.count().get()) {
            overfull.add(log);
            shorten(log, now);
        }
        evict(now);
    }

    /** A channel has lost its last reader, perhaps, and so its grace. */
    void shorten(ChannelLog log) {
        if (overfull.contains(log)) {
            shorten(log, time.nanos());
        }
    }

    /** A channel ends. */
    void forget(ChannelLog log) {
        overfull.remove(log);
    }

    /** More than the count stays for a moment, for the readers who are there and may be about to get it. */
    private void shorten(ChannelLog log, long now) {
        long count = limits.count().get();
        long grace = nanos(limits.grace().get());
        Entry first = log.oldest();
        while (first != null && log.size() > count && (log.readers() == 0 || now - first.nanos >= grace)) {
            drop(first);
            first = log.oldest();
        }
        if (log.size() <= count) {
            overfull.remove(log);
        }
    }

    private void evict(long now) {
        long budget = limits.budget().get().bytes();
        long tooOld = age();
        while (held() > budget && cache.evictOldest(budget / 4)) {
            // what is in it can be made again
        }
        Entry oldest = line.oldest();
        while (oldest != null && (held() > budget || now - oldest.nanos > tooOld)) {
            drop(oldest);
            oldest = line.oldest();
        }
    }

    /** The oldest message of its channel goes. */
    private void drop(Entry entry) {
        line.remove(entry);
        strands.remove(entry);
        charge(-entry.cost());
        long before = entry.log.mergedCost();
        entry.log.remove(entry);
        charge(entry.log.mergedCost() - before);
        shortened.accept(entry.log);
    }

    /** How long a message is kept, in nanoseconds. */
    long age() {
        return nanos(limits.age().get());
    }

    static long nanos(Duration d) {
        try {
            return d.toNanos();
        } catch (ArithmeticException longerThanAnyLife) {
            return Long.MAX_VALUE;
        }
    }

    void clear() {
        overfull.clear();
        line.clear();
        strands.clear();
    }
}
