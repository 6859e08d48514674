package dev.ginkgo.hub;

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
final class Counters {
    final LongAdder published = new LongAdder();
    final LongAdder resumed = new LongAdder();
    final LongAdder notRecovered = new LongAdder();
    final LongAdder wakeUps = new LongAdder();

    // of programs that read
    private final LongAdder delivered = new LongAdder();
    private final LongAdder replayed = new LongAdder();
    private final LongAdder gaps = new LongAdder();
    private final LongAdder dropped = new LongAdder();

    private final Map<Disconnect, LongAdder> disconnects = new EnumMap<>(Disconnect.class);
    private final List<LoopCounters> loops = new CopyOnWriteArrayList<>();

    Counters() {
        for (Disconnect reason : Disconnect.values()) {
            disconnects.put(reason, new LongAdder());
        }
    }

    /** The counters of one more loop. */
    LoopCounters ofLoop() {
        LoopCounters counters = new LoopCounters();
        loops.add(counters);
        return counters;
    }

    /**
     * A program has got a message.
     *
     * @param old whether it was there before the program
     */
    void delivered(boolean old) {
        if (old) {
            replayed.increment();
        }
        delivered.increment();
    }

    /** A program has missed so many messages, or {@link Gap#UNKNOWN}. */
    void gap(long missed) {
        gaps.increment();
        dropped.add(Math.max(0, missed));
    }

    /** A connection has ended. */
    void disconnected(Disconnect reason) {
        adder(reason).increment();
    }

    long disconnects(Disconnect reason) {
        return adder(reason).sum();
    }

    long delivered() {
        return delivered.sum() + loops(each -> each.delivered);
    }

    long replayed() {
        return replayed.sum() + loops(each -> each.replayed);
    }

    long gaps() {
        return gaps.sum() + loops(each -> each.gaps);
    }

    long dropped() {
        return dropped.sum() + loops(each -> each.dropped);
    }

    /** Adds up one counter of all loops. */
    private long loops(Function<LoopCounters, Count> counter) {
        return loops.stream().mapToLong(each -> counter.apply(each).sum()).sum();
    }

    Delays.Sum delays() {
        return Delays.sum(loops.stream().map(each -> each.delays).toList());
    }

    long stalled() {
        return loops(each -> each.stalled);
    }

    long pinnedBytes() {
        return loops(each -> each.pinnedBytes);
    }

    long writes() {
        return loops(each -> each.writes);
    }

    private LongAdder adder(Disconnect reason) {
        LongAdder adder = disconnects.get(reason);
        if (adder == null) {
            throw new IllegalStateException("nobody counts " + reason);
        }
        return adder;
    }
}
