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
    private final MeshContext node;
    private final Supplier<@Nullable View> view;
    private long last;

    /**
     * @param view returns the current view; null while there is none
     */
    public ViewCoordinatorLeaseLoop(MeshContext node, Supplier<@Nullable View> view) {
        this.node = node;
        this.view = view;
    }

    /** The task. */
    public void run() throws InterruptedException {
        while (!node.isLeaving()) {
            View present = view.get();
            if (present != null && isFirst(present)) {
                last = Math.max(last + 1, present.getViewId().getId());
                lead(new Epoch("mesh-available-" + node.name() + "-" + node.incarnation(), last));
            }
            node.lease().await(Duration.ofMillis(100));
        }
        node.resign();
    }

    private boolean goesOn() {
        View present = view.get();
        return present != null && isFirst(present) && !node.isLeaving();
    }

    private boolean isFirst(View present) {
        return NodeAddress.incarnation(present.getCoord()) == node.incarnation()
                && NodeAddress.of(present.getCoord()).equals(node.name());
    }

    private void lead(Epoch epoch) throws InterruptedException {
        node.seat().leader(node.name(), epoch);
        boolean holds = true;
        while (holds && goesOn()) {
            holds = node.seat().renewed(epoch, DualTimestamp.of(node.time()));
            if (holds) {
                node.lease().await(node.seat().terms().renewal());
            }
        }
        node.seat().ended(epoch);
    }
}
