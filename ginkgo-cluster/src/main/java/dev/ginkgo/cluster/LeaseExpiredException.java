package dev.ginkgo.cluster;

import dev.ginkgo.cluster.model.Epoch;

/**
 * Thrown by an operation reserved to the leader when its lease has expired; the operation had no effect. Inside {@link
 * Cluster#ifLeading} it needs no handling: there it means that the node is not the leader.
 */
public final class LeaseExpiredException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Lease lease;

    /** For a lease that this node itself found invalid. */
    LeaseExpiredException(Lease lease) {
        this(lease, "the " + lease);
    }

    /**
     * Creates an exception for a component that learned of a later epoch before this node's cluster did.
     *
     * @param later the later epoch
     */
    public LeaseExpiredException(Lease lease, Epoch later) {
        this(lease, "the lease of epoch " + lease.epoch() + " has ended: there is a later epoch " + later);
    }

    private LeaseExpiredException(Lease lease, String what) {
        super(what + "; only the leader may do this: wait for the next lease with awaitLeadership()");
        this.lease = lease;
    }

    /** Returns the lease that is no longer valid. */
    public Lease lease() {
        return lease;
    }
}
