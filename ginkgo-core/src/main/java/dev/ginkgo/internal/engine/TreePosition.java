package dev.ginkgo.internal.engine;

/** Where a node is in its tree, or may be added to one. */
final class TreePosition {
    /** A start and a stop call themselves once per level, and their thread may have a small stack. */
    private static final int MAX_LEVELS = 256;

    private TreePosition() {}

    /** Joins the names of the nodes from the root, or from below it, to this one. */
    static String joinNames(ServiceNode node, char separator, boolean withRoot) {
        StringBuilder names = new StringBuilder();
        ServiceNode top = node;
        for (ServiceNode above = top.parent(); above != null; above = above.parent()) {
            names.insert(0, top.name()).insert(0, separator);
            top = above;
        }
        return withRoot ? top.name() + names : names.isEmpty() ? "" : names.substring(1);
    }

    /**
     * Checks that a node may be added to a parent.
     *
     * @throws IllegalArgumentException if the parent is the node or below it, or the tree would have too many levels
     */
    static void requireAllowed(ServiceNode node, ServiceNode parent, String name) {
        int levels = levels(node);
        for (ServiceNode ancestor = parent; ancestor != null; ancestor = ancestor.parent()) {
            if (ancestor == node) {
                throw new IllegalArgumentException(
                        node.path() + " cannot be its own descendant: cannot add it as " + parent.path() + "/" + name);
            }
            levels++;
        }
        if (levels > MAX_LEVELS) {
            throw new IllegalArgumentException(
                    "cannot add a " + node.typeName() + " as \"" + name + "\": the tree would have more than "
                            + MAX_LEVELS + " levels; make it a child of a service higher up");
        }
    }

    private static int levels(ServiceNode node) {
        int below = 0;
        for (ServiceNode child : node.children()) {
            below = Math.max(below, levels(child));
        }
        return 1 + below;
    }
}
