package dev.ginkgo.hub.channel;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who reads by pattern or list, found by the name of a channel: only those nodes are looked at whose beginning matches
 * the name's. Guarded by the store.
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

    public void add(ChannelSelector channelSelector, T value) {
        for (String name : channelSelector.names()) {
            Node<T> node = root;
            for (String segment : ChannelSelector.segments(name)) {
                node = node.children.computeIfAbsent(segment, s -> new Node<>());
            }
            node.values.add(value);
        }
    }

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

    /** Whoever reads that channel, each once. */
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

    /** How many nodes have been looked at, ever. */
    public long visitedNodes() {
        return visitedNodes;
    }

    public boolean isEmpty() {
        return root.isEmpty();
    }
}
