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

    /** A write with messages has been taken by its socket. */
    void delivered(Cargo cargo, long now) {
        replayed.add(cargo.replayed());
        if (cargo.isFresh()) {
            delays.record(now - cargo.since());
        }
        delivered.add(cargo.messages()); // last: whoever sees it finds the rest
    }

    /** A reader has been told that it has missed so many messages, or {@link Gap#UNKNOWN}. */
    void gap(long missed) {
        gaps.increment();
        dropped.add(Math.max(0, missed));
    }
}
