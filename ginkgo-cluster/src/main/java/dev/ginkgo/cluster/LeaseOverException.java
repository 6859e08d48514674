package dev.ginkgo.cluster;

/**
 * Thrown by what only a leader may do, when its lease has run out: nothing was done. Inside {@link Cluster#ifLeading}
 * it needs no handling, as it means there that the node does not lead.
 */
public final class LeaseOverException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Lease lease;

    LeaseOverException(Lease lease) {
        super("the " + lease + "; only a leader may do this: wait for the next lease with awaitLeadership()");
        this.lease = lease;
    }

    /** The one that is over. */
    public Lease lease() {
        return lease;
    }
}
