package dev.ginkgo.internal.engine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Children of a node by name, in the order in which they were added. Guarded by its own monitor. */
final class Children {
    private final Map<String, ServiceNode> byName = new LinkedHashMap<>(0);
    private @Nullable List<ServiceNode> ordered = List.of();

    /**
     * Adds a child.
     *
     * @return null, or the child that already has the name
     */
    synchronized @Nullable ServiceNode putIfAbsent(String name, ServiceNode child) {
        ordered = null;
        return byName.putIfAbsent(name, child);
    }

    synchronized void remove(String name, ServiceNode child) {
        ordered = null;
        byName.remove(name, child);
    }

    /** Replaces a child at the same position. */
    synchronized void replace(String name, ServiceNode old, ServiceNode replacement) {
        ordered = null;
        byName.replace(name, old, replacement);
    }

    /** Returns an immutable list of the children. */
    synchronized List<ServiceNode> list() {
        List<ServiceNode> list = ordered;
        if (list == null) {
            list = List.copyOf(new ArrayList<>(byName.values()));
            ordered = list;
        }
        return list;
    }

    /** Returns {@code name-2}, or the next unused name of that form. */
    synchronized String unusedName(String name) {
        int n = 2;
        while (byName.containsKey(name + "-" + n)) {
            n++;
        }
        return name + "-" + n;
    }
}
