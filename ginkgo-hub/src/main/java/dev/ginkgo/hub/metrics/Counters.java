package dev.ginkgo.hub.metrics;

import dev.ginkgo.hub.message.Gap;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/**
 * Counters of one run of a hub. All methods may be called by any thread.
 *
 * <p>Events that happen once per write are counted without contention by the event loop that writes, in its {@link
 * LoopCounters}. The totals are added up when they are read.
 */
public final class Counters {
    private final LongAdder published = new LongAdder();
    private final LongAdder resumed = new LongAdder();
    private final LongAdder notRecovered = new LongAdder();
    private final LongAdder wakeUps = new LongAdder();

    // of subscriptions in this process; the loops count those of HTTP subscribers
    private final LongAdder delivered = new LongAdder();
    private final LongAdder replayed = new LongAdder();
    private final LongAdder gaps = new LongAdder();
    private final LongAdder dropped = new LongAdder();

    private final Map<DisconnectReason, LongAdder> disconnects = new EnumMap<>(DisconnectReason.class);
    private final List<LoopCounters> loops = new CopyOnWriteArrayList<>();

    public Counters() {
        for (DisconnectReason reason : DisconnectReason.values()) {
            disconnects.put(reason, new LongAdder());
        }
    }

    /** Adds the counters of an event loop, which are part of the totals from now on. */
    public LoopCounters addLoop() {
        LoopCounters counters = new LoopCounters();
        loops.add(counters);
        return counters;
    }

    /** Counts a message that has been appended to the log of its channel. */
    public void recordPublish() {
        published.increment();
    }

    /**
     * Counts a subscription that requested history.
     *
     * @param recovered whether it receives everything it requested
     */
    public void recordResume(boolean recovered) {
        (recovered ? resumed : notRecovered).increment();
    }

    /** Counts a publish that woke an event loop. */
    public void recordWakeUp() {
        wakeUps.increment();
    }

    /**
     * Counts a message delivered to a subscription in this process.
     *
     * @param history whether the message is older than the subscription
     */
    public void recordDelivery(boolean history) {
        if (history) {
            replayed.increment();
        }
        delivered.increment();
    }

    /**
     * Counts a gap of a subscription in this process.
     *
     * @param missed number of messages that the subscription will not receive, or {@link Gap#UNKNOWN}
     */
    public void recordGap(long missed) {
        gaps.increment();
        dropped.add(Math.max(0, missed));
    }

    /** Counts a connection that has been closed. */
    public void recordDisconnect(DisconnectReason reason) {
        adder(reason).increment();
    }

    long disconnects(DisconnectReason reason) {
        return adder(reason).sum();
    }

    public long published() {
        return published.sum();
    }

    public long resumed() {
        return resumed.sum();
    }

    public long notRecovered() {
        return notRecovered.sum();
    }

    public long wakeUps() {
        return wakeUps.sum();
    }

    public long delivered() {
        return delivered.sum() + sumOfLoops(each -> each.delivered);
    }

    public long replayed() {
        return replayed.sum() + sumOfLoops(each -> each.replayed);
    }

    public long gaps() {
        return gaps.sum() + sumOfLoops(each -> each.gaps);
    }

    public long dropped() {
        return dropped.sum() + sumOfLoops(each -> each.dropped);
    }

    private long sumOfLoops(Function<LoopCounters, SingleWriterCounter> counter) {
        return loops.stream().mapToLong(each -> counter.apply(each).sum()).sum();
    }

    /** Returns the delivery latencies of all loops. */
    public LatencyHistogram.Totals latencies() {
        return LatencyHistogram.total(loops.stream().map(each -> each.latencies).toList());
    }

    public long stalled() {
        return sumOfLoops(each -> each.stalled);
    }

    public long pinnedBytes() {
        return sumOfLoops(each -> each.pinnedBytes);
    }

    public long writes() {
        return sumOfLoops(each -> each.writes);
    }

    private LongAdder adder(DisconnectReason reason) {
        LongAdder adder = disconnects.get(reason);
        if (adder == null) {
            throw new IllegalStateException("there is no counter for " + reason);
        }
        return adder;
    }
}
