package dev.ginkgo.hub;

import java.util.concurrent.atomic.LongAdder;

/** What the hub counts; each may be raised by any thread, and is read when somebody asks. */
final class Counters {
    final LongAdder published = new LongAdder();
    final LongAdder delivered = new LongAdder();
    final LongAdder gaps = new LongAdder();
    final LongAdder dropped = new LongAdder();
    final LongAdder resumed = new LongAdder();
    final LongAdder notRecovered = new LongAdder();
    final LongAdder stalled = new LongAdder();
    final LongAdder pinnedBytes = new LongAdder();
    final LongAdder wakeUps = new LongAdder();
    final LongAdder writes = new LongAdder();

    void gap(long missed) {
        gaps.increment();
        dropped.add(Math.max(0, missed));
    }

    /** All of it, with what the store holds now. */
    HubStats stats(int readers, int channels, int patterns, int views, long held) {
        return new HubStats(
                published.sum(),
                delivered.sum(),
                gaps.sum(),
                dropped.sum(),
                resumed.sum(),
                notRecovered.sum(),
                stalled.sum(),
                readers,
                channels,
                patterns,
                views,
                held,
                pinnedBytes.sum(),
                wakeUps.sum(),
                writes.sum());
    }
}
