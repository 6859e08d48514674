package dev.ginkgo.cluster;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.cluster.spi.Coordinator;
import dev.ginkgo.cluster.spi.Seat;
import dev.ginkgo.cluster.spi.Site;
import org.jspecify.annotations.Nullable;

/** The engine {@code local}: one node of a {@link LocalGroup}. It needs nothing, and reaches nobody outside. */
final class LocalCoordinator extends Coordinator {
    private final LocalGroup group;
    private volatile LocalGroup.@Nullable Chair chair;

    LocalCoordinator(LocalGroup group) {
        this.group = group;
    }

    @Override
    public long prepare(Site site) {
        return group.incarnation(now());
    }

    @Override
    public void join(Member self, Seat seat) {
        LocalGroup.Chair mine = group.join(self, seat, time());
        chair = mine;
        spawn("renew", () -> {
            while (true) {
                group.awaitElection(mine);
                sleep(seat.terms().renewal());
                group.renew(mine);
            }
        });
    }

    @Override
    public void update(Member self) {
        group.update(requireNonNull(chair), self);
    }

    @Override
    public void leave() {
        LocalGroup.Chair mine = chair;
        if (mine != null) {
            group.leave(mine);
        }
    }

    /** For a cluster that has failed, and so does not leave. */
    @Override
    protected void onStop() {
        leave();
    }
}
