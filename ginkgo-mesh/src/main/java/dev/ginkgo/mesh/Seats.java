package dev.ginkgo.mesh;

import dev.ginkgo.cluster.Epoch;
import dev.ginkgo.cluster.Member;
import dev.ginkgo.cluster.spi.Seat;
import dev.ginkgo.cluster.spi.Stamp;
import dev.ginkgo.cluster.spi.Terms;
import java.util.List;

/** The node's seat for several tasks: they take turns, and the same roster is told once. */
final class Seats {
    private final Seat seat;
    private List<Member> told = List.of(); // guarded by this

    Seats(Seat seat) {
        this.seat = seat;
    }

    Terms terms() {
        return seat.terms();
    }

    synchronized void roster(List<Member> members) {
        if (!members.equals(told)) {
            told = List.copyOf(members);
            seat.roster(told);
        }
    }

    synchronized boolean renewed(Epoch epoch, Stamp start) {
        return seat.renewed(epoch, start);
    }

    synchronized void ended(Epoch epoch) {
        seat.ended(epoch);
    }
}
