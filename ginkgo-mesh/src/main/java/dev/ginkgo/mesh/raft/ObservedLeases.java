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
 * When this node last received a renewal of each leader's lease. From that follows how long it waits before it acts as
 * the next one: a renewal that was committed is in the log of every node that can be elected (Raft's leader
 * completeness), so it was received there, and counted from the receipt the lease ends no earlier than it does for its
 * holder, who counts from before it was sent. What is read from the disk, or from a snapshot, counts as received then.
 */
public final class ObservedLeases {
    /** More leaders than could hold a lease within one term of it. */
    private static final int MAX_TERMS = 16;

    private record ObservedLease(
            String holder, long incarnation, DualTimestamp observedAt, boolean released, Duration takeoverDelay) {}

    private final TimeSource timeSource;
    private final TreeMap<Long, ObservedLease> byTerm = new TreeMap<>(); // guarded by this

    public ObservedLeases(TimeSource timeSource) {
        this.timeSource = timeSource;
    }

    /** A renewal was received; whether it is committed is not known yet. */
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

    /** A release was committed. */
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
     * How long the leader of {@code term} has to wait until no older lease can be valid. Its own older ones do not
     * count: it has given them up before it was elected again. A lease that lasts longer by the settings of its holder is
     * waited for as long as that.
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
            Duration lasts = Duration.ofNanos(in.readLong());
            put(term, new ObservedLease(holder, incarnation, DualTimestamp.now(timeSource), released, lasts));
        }
    }
}
