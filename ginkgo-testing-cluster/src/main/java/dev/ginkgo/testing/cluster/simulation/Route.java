package dev.ginkgo.testing.cluster.simulation;

/**
 * One direction between two nodes. Messages on a route stay in order.
 *
 * @param from the name of a node, or {@link #STORE}
 * @param to the name of a node, or {@link #STORE}
 */
public record Route(String from, String to) {
    /** Represents the majority of the nodes, where the store is. No node has this name. */
    static final String STORE = "";

    boolean involvesStore() {
        return from.equals(STORE) || to.equals(STORE);
    }
}
