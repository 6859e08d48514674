package dev.ginkgo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The children of a node by name, in the order in which they were added. */
final class Children {
    private final Map<String, Node> byName = new LinkedHashMap<>(0);
    private @Nullable List<Node> inOrder = List.of();

    /** Adds one; null, or the child that has the name already. */
    synchronized @Nullable Node putIfAbsent(String name, Node child) {
        inOrder = null;
        return byName.putIfAbsent(name, child);
    }

    synchronized void remove(String name, Node child) {
        inOrder = null;
        byName.remove(name, child);
    }

    /** Puts {@code fresh} where {@code old} stood. */
    synchronized void replace(String name, Node old, Node fresh) {
        inOrder = null;
        byName.replace(name, old, fresh);
    }

    synchronized List<Node> list() {
        List<Node> list = inOrder;
        if (list == null) {
            list = List.copyOf(new ArrayList<>(byName.values()));
            inOrder = list;
        }
        return list;
    }

    /** {@code name-2}, or the next that is free. */
    synchronized String freeName(String name) {
        int n = 2;
        while (byName.containsKey(name + "-" + n)) {
            n++;
        }
        return name + "-" + n;
    }
}
