package dev.ginkgo.mesh.membership;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.cluster.spi.DualTimestamp;
import dev.ginkgo.mesh.node.MeshContext;
import dev.ginkgo.mesh.node.NodeAddress;
import java.time.Duration;
import java.util.function.Supplier;
import org.jgroups.View;
import org.jspecify.annotations.Nullable;

/**
 * The policy {@code available}: the first node of the view leads. In a partition every side has a first node; each
 * leads. The number of an epoch follows that of the view, and only informs: as each leader's epochs are of a cluster
 * of its own, they do not compare, and nobody refuses what is under one of them.
 */
public final class ViewCoordinatorLeaseLoop {
    private final MeshContext context;
    private final Supplier<@Nullable View> view;
    private long lastEpoch;

    /**
     * @param view returns the current view; null while there is none
     */
    public ViewCoordinatorLeaseLoop(MeshContext meshContext, Supplier<@Nullable View> view) {
        this.context = meshContext;
        this.view = view;
    }

    /** The task. */
    public void run() throws InterruptedException {
        while (!context.isLeaving()) {
            View present = view.get();
            if (present != null && isCoordinator(present)) {
                lastEpoch = Math.max(lastEpoch + 1, present.getViewId().getId());
                lead(new Epoch("mesh-available-" + context.name() + "-" + context.incarnation(), lastEpoch));
            }
            context.leaseTimer().await(Duration.ofMillis(100));
        }
        context.resign();
    }

    private boolean mayContinue() {
        View present = view.get();
        return present != null && isCoordinator(present) && !context.isLeaving();
    }

    private boolean isCoordinator(View present) {
        return NodeAddress.incarnation(present.getCoord()) == context.incarnation()
                && NodeAddress.name(present.getCoord()).equals(context.name());
    }

    private void lead(Epoch epoch) throws InterruptedException {
        context.listener().leaderChanged(context.name(), epoch);
        boolean holds = true;
        while (holds && mayContinue()) {
            holds = context.listener().leaseRenewed(epoch, DualTimestamp.now(context.time()));
            if (holds) {
                context.leaseTimer().await(context.listener().leaseTiming().renewalInterval());
            }
        }
        context.listener().leaseEnded(epoch);
    }
}
