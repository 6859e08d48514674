package dev.ginkgo.hub;

import java.util.concurrent.atomic.LongAdder;

/** What the hub counts; each may be raised by any thread, and is read when somebody asks. */
final class Counters {
    final LongAdder published = new LongAdder();
    final LongAdder delivered = new LongAdder();
    final LongAdder gaps = new LongAdder();
    final LongAdder dropped = new LongAdder();
    final LongAdder stalled = new LongAdder();
    final LongAdder pinnedBytes = new LongAdder();
    final LongAdder wakeUps = new LongAdder();
    final LongAdder writes = new LongAdder();

    void gap(long missed) {
        gaps.increment();
        dropped.add(missed);
    }
}
