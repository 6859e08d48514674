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
 * Lease task of the policy {@code available}: the first node of the view leads. In a partition, each side has a first
 * node, so each side has a leader. The number of an epoch follows the view number and is informational: each leader has
 * its own epoch name, so epochs of different leaders are not comparable and cause no fencing.
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

    /** Runs until the node leaves. The body of a task. */
    public void run() throws InterruptedException {
        while (!context.isLeaving()) {
            View current = view.get();
            if (current != null && isCoordinator(current)) {
                lastEpoch = Math.max(lastEpoch + 1, current.getViewId().getId());
                lead(new Epoch("mesh-available-" + context.name() + "-" + context.incarnation(), lastEpoch));
            }
            context.leaseTimer().await(Duration.ofMillis(100));
        }
        context.resign();
    }

    private boolean mayContinue() {
        View current = view.get();
        return current != null && isCoordinator(current) && !context.isLeaving();
    }

    private boolean isCoordinator(View current) {
        return NodeAddress.incarnation(current.getCoord()) == context.incarnation()
                && NodeAddress.name(current.getCoord()).equals(context.name());
    }

    private void lead(Epoch epoch) throws InterruptedException {
        context.listener().leaderChanged(context.name(), epoch);
        boolean held = true;
        while (held && mayContinue()) {
            held = context.listener().leaseRenewed(epoch, DualTimestamp.now(context.time()));
            if (held) {
                context.leaseTimer().await(context.listener().leaseTiming().renewalInterval());
            }
        }
        context.listener().leaseEnded(epoch);
    }
}
