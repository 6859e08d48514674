package dev.ginkgo.hub.metrics;

import dev.ginkgo.hub.message.Gap;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/**
 * What one run of a hub counts. What happens once for a write is counted by the loop that writes, see {@link
 * LoopCounters}; what stands here may be raised by any thread. All is added up when somebody asks.
 */
public final class Counters {
    public final LongAdder published = new LongAdder();
    public final LongAdder resumed = new LongAdder();
    public final LongAdder notRecovered = new LongAdder();
    public final LongAdder wakeUps = new LongAdder();

    // of programs that read
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

    /** The counters of one more loop. */
    public LoopCounters addLoop() {
        LoopCounters counters = new LoopCounters();
        loops.add(counters);
        return counters;
    }

    /**
     * A program has got a message.
     *
     * @param old whether it was there before the program
     */
    public void delivered(boolean old) {
        if (old) {
            replayed.increment();
        }
        delivered.increment();
    }

    /** A program has missed so many messages, or {@link Gap#UNKNOWN}. */
    public void recordGap(long missed) {
        gaps.increment();
        dropped.add(Math.max(0, missed));
    }

    /** A connection has ended. */
    public void recordDisconnect(DisconnectReason reason) {
        adder(reason).increment();
    }

    long disconnects(DisconnectReason reason) {
        return adder(reason).sum();
    }

    public long delivered() {
        return delivered.sum() + loops(each -> each.delivered);
    }

    public long replayed() {
        return replayed.sum() + loops(each -> each.replayed);
    }

    public long gaps() {
        return gaps.sum() + loops(each -> each.gaps);
    }

    public long dropped() {
        return dropped.sum() + loops(each -> each.dropped);
    }

    /** Adds up one counter of all loops. */
    private long loops(Function<LoopCounters, SingleWriterCounter> counter) {
        return loops.stream().mapToLong(each -> counter.apply(each).sum()).sum();
    }

    public LatencyHistogram.Totals delays() {
        return LatencyHistogram.total(
                loops.stream().map(each -> each.latencyHistogram).toList());
    }

    public long stalled() {
        return loops(each -> each.stalled);
    }

    public long pinnedBytes() {
        return loops(each -> each.pinnedBytes);
    }

    public long writes() {
        return loops(each -> each.writes);
    }

    private LongAdder adder(DisconnectReason reason) {
        LongAdder adder = disconnects.get(reason);
        if (adder == null) {
            throw new IllegalStateException("nobody counts " + reason);
        }
        return adder;
    }
}
