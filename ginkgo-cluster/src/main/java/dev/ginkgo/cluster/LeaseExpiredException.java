package dev.ginkgo.cluster;

import dev.ginkgo.cluster.model.Epoch;

/**
 * Thrown by what only a leader may do, when its lease has run out: nothing was done. Inside {@link Cluster#ifLeading}
 * it needs no handling, as it means there that the node does not lead.
 */
public final class LeaseExpiredException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Lease lease;

    LeaseExpiredException(Lease lease) {
        this(lease, "the " + lease);
    }

    /** For whoever has learnt of a later leadership before this node's cluster has. */
    public LeaseExpiredException(Lease lease, Epoch later) {
        this(lease, "the lease of epoch " + lease.epoch() + " is over, as there is an epoch " + later);
    }

    private LeaseExpiredException(Lease lease, String what) {
        super(what + "; only a leader may do this: wait for the next lease with awaitLeadership()");
        this.lease = lease;
    }

    /** The one that is over. */
    public Lease lease() {
        return lease;
    }
}
