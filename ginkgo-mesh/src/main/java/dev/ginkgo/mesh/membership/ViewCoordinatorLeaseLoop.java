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
 * its own epoch name, so epochs of different leaders are not comparable and cause no fencing. A node does not lead before
 * it knows the settings of all nodes in the view, or if they reject it because of its own.
 */
public final class ViewCoordinatorLeaseLoop {
    private final MeshContext context;
    private final Supplier<? extends @Nullable MeshSession> session;
    private long lastEpoch;

    /**
     * @param session returns the current session; null while this node is not in the view
     */
    public ViewCoordinatorLeaseLoop(MeshContext meshContext, Supplier<? extends @Nullable MeshSession> session) {
        this.context = meshContext;
        this.session = session;
    }

    /** Runs until the node leaves. The body of a task. */
    public void run() throws InterruptedException {
        while (!context.isLeaving()) {
            View view = viewToLead(false);
            if (view != null) {
                lastEpoch = Math.max(lastEpoch + 1, view.getViewId().getId());
                lead(new Epoch("mesh-available-" + context.name() + "-" + context.incarnation(), lastEpoch));
            }
            context.leaseTimer().await(Duration.ofMillis(100));
        }
        context.resign();
    }

    private boolean mayContinue() {
        return viewToLead(true) != null && !context.isLeaving();
    }

    /**
     * Returns the view if this node may lead it, otherwise null.
     *
     * @param leading whether this node leads already: it continues while the settings of a new node are not known
     */
    private @Nullable View viewToLead(boolean leading) {
        MeshSession current = session.get();
        View view = current == null ? null : current.view();
        if (current == null || view == null || !isCoordinator(view)) {
            return null;
        }
        boolean accepted = current.compatibility(view)
                .map(decision -> decision.rejection().isEmpty())
                .orElse(leading);
        return accepted && current.endReason().isEmpty() && !context.mustNotLead() ? view : null;
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
