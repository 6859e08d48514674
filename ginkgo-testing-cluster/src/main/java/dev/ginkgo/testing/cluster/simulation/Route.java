package dev.ginkgo.testing.cluster.simulation;

/**
 * A way from one node to another; what goes along it stays in its order.
 *
 * @param from the name of a node, or {@link #STORE}
 * @param to the same
 */
public record Route(String from, String to) {
    /** Stands for the majority of the nodes, where the store is. No node has this name. */
    static final String STORE = "";

    boolean involvesStore() {
        return from.equals(STORE) || to.equals(STORE);
    }
}
