package dev.ginkgo.mesh;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.cluster.spi.CoordinatorListener;
import dev.ginkgo.cluster.spi.DualTimestamp;
import dev.ginkgo.cluster.spi.LeaseTiming;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Listener that several tasks may call concurrently: it serializes the calls, and does not pass on a roster or leader
 * that equals the previous one.
 */
public final class SynchronizedListener implements CoordinatorListener {
    private final CoordinatorListener target;

    // guarded by this
    private List<Member> lastRoster = List.of();
    private @Nullable Epoch lastLeader;

    public SynchronizedListener(CoordinatorListener coordinatorListener) {
        this.target = coordinatorListener;
    }

    @Override
    public LeaseTiming leaseTiming() {
        return target.leaseTiming();
    }

    @Override
    public synchronized void rosterChanged(List<Member> members) {
        if (!members.equals(lastRoster)) {
            lastRoster = List.copyOf(members);
            target.rosterChanged(lastRoster);
        }
    }

    @Override
    public synchronized void leaderChanged(String name, Epoch epoch) {
        if (!epoch.equals(lastLeader)) {
            lastLeader = epoch;
            target.leaderChanged(name, epoch);
        }
    }

    @Override
    public synchronized boolean leaseRenewed(Epoch epoch, DualTimestamp start) {
        return target.leaseRenewed(epoch, start);
    }

    @Override
    public synchronized void leaseEnded(Epoch epoch) {
        target.leaseEnded(epoch);
    }
}
