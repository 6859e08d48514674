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
    private volatile LocalGroup.@Nullable LocalMember localMember;

    public LocalCoordinator(LocalGroup group) {
        this.group = group;
    }

    @Override
    public long prepare(NodeConfig nodeConfig) {
        return group.nextIncarnation(now());
    }

    @Override
    public void join(Member self, CoordinatorListener coordinatorListener) {
        LocalGroup.LocalMember mine = group.join(self, coordinatorListener, time());
        localMember = mine;
        spawn("renew", () -> {
            while (true) {
                group.awaitElection(mine);
                sleep(coordinatorListener.leaseTiming().renewalInterval());
                group.renew(mine);
            }
        });
    }

    @Override
    public void update(Member self) {
        group.update(requireNonNull(localMember), self);
    }

    @Override
    public void leave() {
        LocalGroup.LocalMember mine = localMember;
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
