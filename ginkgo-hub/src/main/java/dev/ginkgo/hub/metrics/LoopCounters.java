package dev.ginkgo.hub.metrics;

import dev.ginkgo.hub.message.Gap;

/** Counters of one event loop. Only the thread of the loop calls the methods; any thread may read the totals. */
public final class LoopCounters {
    final SingleWriterCounter delivered = new SingleWriterCounter();
    final SingleWriterCounter replayed = new SingleWriterCounter();
    final SingleWriterCounter gaps = new SingleWriterCounter();
    final SingleWriterCounter dropped = new SingleWriterCounter();
    final SingleWriterCounter stalled = new SingleWriterCounter();
    final SingleWriterCounter pinnedBytes = new SingleWriterCounter();
    final SingleWriterCounter writes = new SingleWriterCounter();
    final LatencyHistogram latencies = new LatencyHistogram();

    /**
     * Counts messages that a socket has accepted.
     *
     * @param messages number of messages in the write
     * @param history number of those that are older than the subscription
     */
    public void recordDelivery(int messages, int history) {
        replayed.add(history);
        delivered.add(messages); // last: a thread that reads this value also sees the others
    }

    /**
     * Counts a gap that has been reported to a subscriber.
     *
     * @param missed number of messages that the subscriber will not receive, or {@link Gap#UNKNOWN}
     */
    public void recordGap(long missed) {
        gaps.increment();
        dropped.add(Math.max(0, missed));
    }

    /** Counts a connection closed because a write took longer than {@code write-timeout}. */
    public void recordStall() {
        stalled.increment();
    }

    /** Counts a write to the socket of a subscriber. */
    public void recordWrite() {
        writes.increment();
    }

    /** Changes the number of bytes in writes that the sockets have not accepted yet; negative when a write ends. */
    public void addPinnedBytes(long bytes) {
        pinnedBytes.add(bytes);
    }

    /** Records the time from the publish of the oldest message of a write to the end of that write. */
    public void recordLatency(long nanos) {
        latencies.record(nanos);
    }
}
