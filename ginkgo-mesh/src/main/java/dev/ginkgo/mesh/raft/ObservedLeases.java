package dev.ginkgo.mesh.raft;

import dev.ginkgo.cluster.spi.DualTimestamp;
import dev.ginkgo.cluster.spi.LeaseTiming;
import dev.ginkgo.mesh.raft.storage.RaftCommand;
import dev.ginkgo.time.TimeSource;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Duration;
import java.util.TreeMap;

/**
 * Times at which this node last received a renewal of each leader's lease. They determine how long this node waits
 * before it acts as the next leader. A committed renewal is in the log of every node that can be elected (Raft's leader
 * completeness), so that node has received it. Measured from the receipt, the lease expires no earlier than it does for
 * its holder, which measures from before the renewal was sent. Renewals read from disk or from a snapshot count as
 * received when they are read. Thread-safe.
 */
public final class ObservedLeases {
    /** More than the number of leaders that could hold leases within the duration of one lease. */
    private static final int MAX_TERMS = 16;

    private record ObservedLease(
            String holder, long incarnation, DualTimestamp observedAt, boolean released, Duration takeoverDelay) {}

    private final TimeSource timeSource;
    private final TreeMap<Long, ObservedLease> byTerm = new TreeMap<>(); // guarded by this

    public ObservedLeases(TimeSource timeSource) {
        this.timeSource = timeSource;
    }

    /** Records the receipt of a renewal, which need not be committed yet. */
    public synchronized void received(RaftCommand renewal) {
        put(
                renewal.term(),
                new ObservedLease(
                        renewal.name(),
                        renewal.incarnation(),
                        DualTimestamp.now(timeSource),
                        false,
                        renewal.takeoverDelay()));
    }

    /** Records a committed release. */
    synchronized void released(RaftCommand release) {
        put(
                release.term(),
                new ObservedLease(
                        release.name(),
                        release.incarnation(),
                        DualTimestamp.now(timeSource),
                        true,
                        release.takeoverDelay()));
    }

    private void put(long term, ObservedLease observedLease) {
        byTerm.put(term, observedLease);
        while (byTerm.size() > MAX_TERMS) {
            byTerm.pollFirstEntry();
        }
    }

    /**
     * Returns how long the leader of {@code term} must wait until no older lease can be valid. Older leases of the same
     * incarnation of the same node do not count: it gave them up before it was elected again. If the holder of a lease
     * has a longer takeover delay configured than this node, the holder's applies.
     */
    synchronized Duration remainingWait(long term, String self, long incarnation, LeaseTiming leaseTiming) {
        return byTerm.headMap(term).values().stream()
                .filter(each -> !each.released)
                .filter(each -> !each.holder.equals(self) || each.incarnation != incarnation)
                .map(each -> max(each.takeoverDelay, leaseTiming.takeoverDelay())
                        .minus(each.observedAt.elapsedMonotonic(timeSource)))
                .filter(Duration::isPositive)
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
    }

    private static Duration max(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    synchronized void writeTo(DataOutput out) throws IOException {
        out.writeInt(byTerm.size());
        for (var each : byTerm.entrySet()) {
            out.writeLong(each.getKey());
            out.writeUTF(each.getValue().holder);
            out.writeLong(each.getValue().incarnation);
            out.writeBoolean(each.getValue().released);
            out.writeLong(each.getValue().takeoverDelay.toNanos());
        }
    }

    synchronized void readFrom(DataInput in) throws IOException {
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            long term = in.readLong();
            String holder = in.readUTF();
            long incarnation = in.readLong();
            boolean released = in.readBoolean();
            Duration takeoverDelay = Duration.ofNanos(in.readLong());
            put(term, new ObservedLease(holder, incarnation, DualTimestamp.now(timeSource), released, takeoverDelay));
        }
    }
}
