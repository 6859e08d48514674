package dev.ginkgo.hub.spi;

import static java.util.Objects.requireNonNull;

/**
 * A node in one of its lives. It numbers all that it publishes in one sequence, from 1; another life begins again.
 *
 * @param name the node's name, unique in the cluster, at most {@value #MAX_NAME} characters
 * @param incarnation higher after each start of the node, from 1
 */
public record NodeIncarnation(String name, long incarnation) {
    /** The longest name. */
    public static final int MAX_NAME = 255;

    public NodeIncarnation {
        requireNonNull(name, "name is null");
        if (name.isEmpty() || name.length() > MAX_NAME) {
            throw new IllegalArgumentException("a name has 1 to " + MAX_NAME + " characters, not " + name.length());
        }
        if (incarnation < 1) {
            throw new IllegalArgumentException("incarnation " + incarnation + " of " + name + "; the first is 1");
        }
    }

    /** {@code 10.0.0.1:4440#1763942400000}. */
    @Override
    public String toString() {
        return name + "#" + incarnation;
    }
}
