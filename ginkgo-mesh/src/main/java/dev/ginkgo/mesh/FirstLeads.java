package dev.ginkgo.mesh;

import dev.ginkgo.cluster.Epoch;
import dev.ginkgo.cluster.spi.Stamp;
import java.time.Duration;
import org.jgroups.View;

/**
 * The policy {@code available}: the first node of the view leads. In a partition every side has a first node; each
 * leads. The number of an epoch follows that of the view, and only informs: as each leader's epochs are of a cluster
 * of its own, they do not compare, and nobody refuses what is under one of them.
 */
final class FirstLeads {
    private final Node node;
    private long last;

    FirstLeads(Node node) {
        this.node = node;
    }

    /** The task. */
    void run() throws InterruptedException {
        while (!node.leaving) {
            Stay stay = node.stay;
            View view = stay == null ? null : stay.view();
            if (view != null && isFirst(view)) {
                last = Math.max(last + 1, view.getViewId().getId());
                lead(new Epoch("mesh-available-" + node.name() + "-" + node.incarnation, last));
            }
            node.lease.await(Duration.ofMillis(100));
        }
        node.resigned.countDown();
    }

    private boolean goesOn() {
        Stay stay = node.stay;
        View view = stay == null ? null : stay.view();
        return view != null && isFirst(view) && !node.leaving;
    }

    private boolean isFirst(View view) {
        return Names.incarnation(view.getCoord()) == node.incarnation
                && Names.of(view.getCoord()).equals(node.name());
    }

    private void lead(Epoch epoch) throws InterruptedException {
        node.seats.leader(node.name(), epoch);
        boolean holds = true;
        while (holds && goesOn()) {
            holds = node.seats.renewed(epoch, Stamp.of(node.time));
            if (holds) {
                node.lease.await(node.seats.terms().renewal());
            }
        }
        node.seats.ended(epoch);
    }
}
