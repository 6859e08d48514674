package dev.ginkgo.cluster.spi;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.cluster.model.Leader;
import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.time.TimeSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Records the events of one node, and reports calls that overlap. */
final class RecordingListener implements CoordinatorListener {
    record Renewal(Epoch epoch, DualTimestamp start, DualTimestamp committed) {}

    final List<List<Member>> rosters = new CopyOnWriteArrayList<>();
    final List<Renewal> renewals = new CopyOnWriteArrayList<>();
    final List<Leader> leaders = new CopyOnWriteArrayList<>();
    final List<Epoch> ended = new CopyOnWriteArrayList<>();
    final List<String> faults = new CopyOnWriteArrayList<>();
    private final LeaseTiming leaseTiming;
    private final boolean rejectsExpired;
    private final AtomicBoolean inside = new AtomicBoolean();
    private volatile @Nullable Epoch rejected;

    /**
     * @param rejectsExpired whether a renewal is rejected if the lease has expired before, as a cluster does. If not, a
     *     machine that stalls for as long as a short lease does not end the leadership
     */
    RecordingListener(LeaseTiming leaseTiming, boolean rejectsExpired) {
        this.leaseTiming = leaseTiming;
        this.rejectsExpired = rejectsExpired;
    }

    @Override
    public LeaseTiming leaseTiming() {
        return leaseTiming;
    }

    /** From now on, renewals of this epoch are rejected, as if its lease had expired. */
    void rejectRenewals(Epoch epoch) {
        rejected = epoch;
    }

    private void recordExclusively(Runnable call) {
        if (!inside.compareAndSet(false, true)) {
            faults.add("two calls at the same time");
        }
        call.run();
        inside.set(false);
    }

    @Override
    public void rosterChanged(List<Member> members) {
        recordExclusively(() -> rosters.add(List.copyOf(members)));
    }

    @Override
    public void leaderChanged(String name, Epoch epoch) {
        recordExclusively(() -> leaders.add(new Leader(name, epoch)));
    }

    @Override
    public boolean leaseRenewed(Epoch epoch, DualTimestamp start) {
        recordExclusively(() -> {
            if (rejectsExpired && (isExpired(start) || (isLast(epoch) && isExpired(renewals.getLast().start)))) {
                rejected = epoch;
            }
            renewals.add(new Renewal(epoch, start, DualTimestamp.now(TimeSource.system())));
        });
        return !epoch.equals(rejected);
    }

    private boolean isLast(Epoch epoch) {
        return !renewals.isEmpty() && renewals.getLast().epoch.equals(epoch);
    }

    private boolean isExpired(DualTimestamp start) {
        return start.elapsed(TimeSource.system()).compareTo(leaseTiming().validity()) >= 0;
    }

    @Override
    public void leaseEnded(Epoch epoch) {
        recordExclusively(() -> ended.add(epoch));
    }

    List<String> names() {
        return rosters.isEmpty()
                ? List.of()
                : rosters.getLast().stream().map(Member::name).sorted().toList();
    }

    /** Returns the epoch of the lease that is valid now, or null. */
    @Nullable
    Epoch validEpoch() {
        if (renewals.isEmpty()) {
            return null;
        }
        Renewal last = renewals.getLast();
        boolean expired = ended.contains(last.epoch) || last.epoch.equals(rejected) || isExpired(last.start);
        return expired ? null : last.epoch;
    }

    boolean isLeading() {
        return validEpoch() != null;
    }
}
