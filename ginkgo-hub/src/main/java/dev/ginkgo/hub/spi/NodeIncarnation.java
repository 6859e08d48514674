package dev.ginkgo.hub.spi;

import static java.util.Objects.requireNonNull;

/**
 * A node in one incarnation, that is, one run of its process. The messages published in an incarnation are numbered in
 * one sequence that starts at 1.
 *
 * @param name name of the node, unique in the cluster, at most {@value #MAX_NAME} characters
 * @param incarnation increases with each start of the node, from 1
 */
public record NodeIncarnation(String name, long incarnation) {
    /** Maximum length of a name. */
    public static final int MAX_NAME = 255;

    public NodeIncarnation {
        requireNonNull(name, "name is null");
        if (name.isEmpty() || name.length() > MAX_NAME) {
            throw new IllegalArgumentException(
                    "a node name must have 1 to " + MAX_NAME + " characters, not " + name.length());
        }
        if (incarnation < 1) {
            throw new IllegalArgumentException("incarnation " + incarnation + " of " + name + "; the first is 1");
        }
    }

    /** Returns a text such as {@code 10.0.0.1:4440#1763942400000}. */
    @Override
    public String toString() {
        return name + "#" + incarnation;
    }
}
