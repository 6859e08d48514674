package dev.ginkgo.mesh;

import dev.ginkgo.cluster.Epoch;
import dev.ginkgo.cluster.Member;
import dev.ginkgo.cluster.spi.Seat;
import dev.ginkgo.cluster.spi.Stamp;
import dev.ginkgo.cluster.spi.Terms;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The node's seat for several tasks: they take turns, and the same roster or leader is told once. */
final class Seats implements Seat {
    private final Seat seat;

    // guarded by this
    private List<Member> told = List.of();
    private @Nullable Epoch last;

    Seats(Seat seat) {
        this.seat = seat;
    }

    @Override
    public Terms terms() {
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
    public synchronized boolean renewed(Epoch epoch, Stamp start) {
        return seat.renewed(epoch, start);
    }

    @Override
    public synchronized void ended(Epoch epoch) {
        seat.ended(epoch);
    }
}
