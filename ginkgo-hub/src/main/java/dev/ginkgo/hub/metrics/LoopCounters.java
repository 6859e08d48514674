package dev.ginkgo.hub.metrics;

import dev.ginkgo.hub.message.Gap;

/** What one event loop counts. Only the loop raises them. */
public final class LoopCounters {
    final SingleWriterCounter delivered = new SingleWriterCounter();
    final SingleWriterCounter replayed = new SingleWriterCounter();
    final SingleWriterCounter gaps = new SingleWriterCounter();
    final SingleWriterCounter dropped = new SingleWriterCounter();
    public final SingleWriterCounter stalled = new SingleWriterCounter();
    public final SingleWriterCounter pinnedBytes = new SingleWriterCounter();
    public final SingleWriterCounter writes = new SingleWriterCounter();
    public final LatencyHistogram latencyHistogram = new LatencyHistogram();

    /**
     * Counts a write that the socket has taken.
     *
     * @param messages how many messages it had
     * @param old how many of them were older than their reader
     */
    public void delivered(int messages, int old) {
        replayed.add(old);
        delivered.add(messages); // last: a thread that sees this number also sees the others
    }

    /** A reader has been told that it has missed so many messages, or {@link Gap#UNKNOWN}. */
    public void recordGap(long missed) {
        gaps.increment();
        dropped.add(Math.max(0, missed));
    }
}
