package dev.ginkgo.cluster.model;

import static java.util.Objects.requireNonNull;

/**
 * One leadership, numbered: the fencing token. Of two leaderships in one cluster, the later has the higher number.
 * Whoever receives something under an epoch refuses it once he has learnt of a later one.
 *
 * @param cluster the engine and its cluster, such as {@code local-1763942400000}; numbers of two clusters do not
 *     compare
 * @param number from 1
 */
public record Epoch(String cluster, long number) {

    public Epoch {
        requireNonNull(cluster, "cluster is null");
        if (number < 1) {
            throw new IllegalArgumentException("epoch " + number + " of " + cluster + "; the first is 1");
        }
    }

    /** Whether it is known to be over when {@code other} has begun: same cluster, lower number. */
    public boolean isBefore(Epoch other) {
        return cluster.equals(other.cluster) && number < other.number;
    }

    /** {@code 7@local-1763942400000}. */
    @Override
    public String toString() {
        return number + "@" + cluster;
    }
}
