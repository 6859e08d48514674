package dev.ginkgo.cluster.model;

import static java.util.Objects.requireNonNull;

/**
 * Number of one leadership, used as the fencing token. Of two leaderships in one cluster, the later one has the higher
 * number. A receiver that has seen an epoch rejects everything from an earlier one.
 *
 * @param cluster the engine and its cluster, for example {@code local-1763942400000}; numbers of different clusters are
 *     not comparable
 * @param number at least 1
 */
public record Epoch(String cluster, long number) {

    public Epoch {
        requireNonNull(cluster, "cluster is null");
        if (number < 1) {
            throw new IllegalArgumentException("epoch " + number + " of " + cluster + " is below 1");
        }
    }

    /** Returns whether this epoch ends before {@code other} begins: same cluster, lower number. */
    public boolean isBefore(Epoch other) {
        return cluster.equals(other.cluster) && number < other.number;
    }

    /** Returns, for example, {@code 7@local-1763942400000}. */
    @Override
    public String toString() {
        return number + "@" + cluster;
    }
}
