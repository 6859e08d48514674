package dev.ginkgo.mesh;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.cluster.spi.CoordinatorListener;
import dev.ginkgo.cluster.spi.DualTimestamp;
import dev.ginkgo.cluster.spi.LeaseTiming;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The node's seat for several tasks: they take turns, and the same roster or leader is told once. */
public final class SynchronizedListener implements CoordinatorListener {
    private final CoordinatorListener seat;

    // guarded by this
    private List<Member> told = List.of();
    private @Nullable Epoch last;

    public SynchronizedListener(CoordinatorListener seat) {
        this.seat = seat;
    }

    @Override
    public LeaseTiming terms() {
        return seat.terms();
    }

    @Override
    public synchronized void roster(List<Member> members) {
        if (!members.equals(told)) {
            told = List.copyOf(members);
            seat.roster(told);
        }
    }

    @Override
    public synchronized void leader(String name, Epoch epoch) {
        if (!epoch.equals(last)) {
            last = epoch;
            seat.leader(name, epoch);
        }
    }

    @Override
    public synchronized boolean renewed(Epoch epoch, DualTimestamp start) {
        return seat.renewed(epoch, start);
    }

    @Override
    public synchronized void ended(Epoch epoch) {
        seat.ended(epoch);
    }
}
