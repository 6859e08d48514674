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

    /**
     * Counts a write that the socket has taken.
     *
     * @param messages how many messages it had
     * @param old how many of them were older than their reader
     */
    void delivered(int messages, int old) {
        replayed.add(old);
        delivered.add(messages); // last: a thread that sees this number also sees the others
    }

    /** A reader has been told that it has missed so many messages, or {@link Gap#UNKNOWN}. */
    void gap(long missed) {
        gaps.increment();
        dropped.add(Math.max(0, missed));
    }
}
