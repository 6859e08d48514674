package dev.ginkgo.cluster.local;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.cluster.spi.Coordinator;
import dev.ginkgo.cluster.spi.CoordinatorListener;
import dev.ginkgo.cluster.spi.NodeConfig;
import org.jspecify.annotations.Nullable;

/**
 * The coordination engine {@code local}: one node of a {@link LocalGroup}. It needs no configuration and communicates
 * with no other process.
 */
public final class LocalCoordinator extends Coordinator {
    private final LocalGroup group;
    private volatile LocalGroup.@Nullable LocalMember localMember;

    /** Creates the coordinator of one node of {@code group}. */
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
    public void stepDown() {
        LocalGroup.LocalMember mine = localMember;
        if (mine == null) {
            throw new IllegalStateException("this node has not joined the cluster");
        }
        group.stepDown(mine);
    }

    @Override
    public void leave() {
        LocalGroup.LocalMember mine = localMember;
        if (mine != null) {
            group.leave(mine);
        }
    }

    /** Leaves the group also if the cluster failed: in that case {@link #leave} is not called. */
    @Override
    protected void onStop() {
        leave();
    }
}
