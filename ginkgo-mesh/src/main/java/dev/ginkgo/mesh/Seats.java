package dev.ginkgo.mesh;

import dev.ginkgo.cluster.Epoch;
import dev.ginkgo.cluster.Member;
import dev.ginkgo.cluster.spi.Seat;
import dev.ginkgo.cluster.spi.Stamp;
import dev.ginkgo.cluster.spi.Terms;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The node's seat for several tasks: they take turns, and the same roster or leader is told once. */
final class Seats {
    private final Seat seat;

    // guarded by this
    private List<Member> told = List.of();
    private @Nullable Epoch last;

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

    /** A renewal by this leader is committed. */
    synchronized void leader(String name, Epoch epoch) {
        if (!epoch.equals(last)) {
            last = epoch;
            seat.leader(name, epoch);
        }
    }

    synchronized boolean renewed(Epoch epoch, Stamp start) {
        return seat.renewed(epoch, start);
    }

    synchronized void ended(Epoch epoch) {
        seat.ended(epoch);
    }
}
