package dev.ginkgo.hub.channel;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Trie that finds the patterns and lists that match a channel name. A look-up visits only the nodes whose prefix
 * matches the name. Guarded by the store.
 */
public final class PatternTrie<T> {
    private final Node<T> root = new Node<>();
    private long visitedNodes;

    private static final class Node<T> {
        private final Map<String, Node<T>> children = new HashMap<>(2);
        private final Set<T> values = new LinkedHashSet<>(1);

        boolean isEmpty() {
            return children.isEmpty() && values.isEmpty();
        }
    }

    /** Adds a value under each name and pattern of a selector. */
    public void add(ChannelSelector channelSelector, T value) {
        for (String name : channelSelector.names()) {
            Node<T> node = root;
            for (String segment : ChannelSelector.segments(name)) {
                node = node.children.computeIfAbsent(segment, s -> new Node<>());
            }
            node.values.add(value);
        }
    }

    /** Removes a value that was added under the same selector. */
    public void remove(ChannelSelector channelSelector, T value) {
        for (String name : channelSelector.names()) {
            remove(root, ChannelSelector.segments(name), 0, value);
        }
    }

    private void remove(Node<T> node, String[] segments, int depth, T value) {
        if (depth == segments.length) {
            node.values.remove(value);
            return;
        }
        Node<T> child = node.children.get(segments[depth]);
        if (child != null) {
            remove(child, segments, depth + 1, value);
            if (child.isEmpty()) {
                node.children.remove(segments[depth]);
            }
        }
    }

    /** Returns the values whose selectors match a channel, without duplicates. */
    public Set<T> find(ChannelName channel) {
        Set<T> found = new LinkedHashSet<>();
        find(root, ChannelSelector.segments(channel.text()), 0, found);
        return found;
    }

    private void find(@Nullable Node<T> node, String[] segments, int depth, Set<T> found) {
        if (node == null) {
            return;
        }
        visitedNodes++;
        if (depth == segments.length) {
            found.addAll(node.values);
            return;
        }
        Node<T> rest = node.children.get(">");
        if (rest != null && depth > 0) {
            found.addAll(rest.values);
        }
        find(node.children.get(segments[depth]), segments, depth + 1, found);
        if (depth > 0) {
            find(node.children.get("*"), segments, depth + 1, found);
        }
    }

    /** Returns how many nodes look-ups have visited in total. */
    public long visitedNodes() {
        return visitedNodes;
    }

    public boolean isEmpty() {
        return root.isEmpty();
    }
}
