package dev.ginkgo.cluster.local;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.cluster.spi.Coordinator;
import dev.ginkgo.cluster.spi.CoordinatorListener;
import dev.ginkgo.cluster.spi.NodeConfig;
import org.jspecify.annotations.Nullable;

/** The engine {@code local}: one node of a {@link LocalGroup}. It needs nothing, and reaches nobody outside. */
public final class LocalCoordinator extends Coordinator {
    private final LocalGroup group;
    private volatile LocalGroup.@Nullable LocalMember chair;

    public LocalCoordinator(LocalGroup group) {
        this.group = group;
    }

    @Override
    public long prepare(NodeConfig site) {
        return group.incarnation(now());
    }

    @Override
    public void join(Member self, CoordinatorListener seat) {
        LocalGroup.LocalMember mine = group.join(self, seat, time());
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
        LocalGroup.LocalMember mine = chair;
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
