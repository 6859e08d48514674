package dev.ginkgo.cluster.model;

/** Which nodes may lead during a network partition. Fixed for a run; it never changes automatically. */
public enum PartitionPolicy {
    /**
     * Only the side with a majority of the voters has a leader. A single node is a quorum of one; of two voters, both
     * are needed.
     */
    QUORUM,

    /**
     * Every side of a partition has a leader, so two nodes may lead at once. Epochs are then only informative: messages
     * of a lower epoch are not rejected.
     */
    AVAILABLE
}
