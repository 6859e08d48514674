package dev.ginkgo.cluster;

/**
 * Thrown by what only a leader may do, when its lease has run out: nothing was done. Inside {@link Cluster#ifLeading}
 * it needs no handling, as it means there that the node does not lead.
 */
public final class LeaseOverException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Lease lease;

    LeaseOverException(Lease lease) {
        this(lease, "the " + lease);
    }

    /** For whoever has learnt of a later leadership before this node's cluster has. */
    public LeaseOverException(Lease lease, Epoch later) {
        this(lease, "the lease of epoch " + lease.epoch() + " is over, as there is an epoch " + later);
    }

    private LeaseOverException(Lease lease, String what) {
        super(what + "; only a leader may do this: wait for the next lease with awaitLeadership()");
        this.lease = lease;
    }

    /** The one that is over. */
    public Lease lease() {
        return lease;
    }
}
