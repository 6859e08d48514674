package dev.ginkgo.cluster.model;

/** Who may lead when the nodes cannot all reach each other. Fixed for a run; it never changes by itself. */
public enum PartitionPolicy {
    /** Only where a majority of the voters is. One node is a quorum of one; of two voters, both are needed. */
    QUORUM,

    /**
     * Every side of a partition, so that two nodes may lead at once. Epochs only inform then: nothing that is
     * published under a lower one is refused.
     */
    AVAILABLE
}
