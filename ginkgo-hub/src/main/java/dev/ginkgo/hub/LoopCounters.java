package dev.ginkgo.hub;

/** What one event loop counts. Only the loop raises them. */
final class LoopCounters {
    final Count delivered = new Count();
    final Count replayed = new Count();
    final Count gaps = new Count();
    final Count dropped = new Count();
    final Count stalled = new Count();
    final Count pinnedBytes = new Count();
    final Count writes = new Count();
    final Delays delays = new Delays();

    void gap(long missed) {
        gaps.increment();
        dropped.add(missed);
    }
}
