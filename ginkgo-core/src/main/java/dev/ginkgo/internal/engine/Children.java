package dev.ginkgo.internal.engine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The children of a node by name, in the order in which they were added. */
final class Children {
    private final Map<String, ServiceNode> byName = new LinkedHashMap<>(0);
    private @Nullable List<ServiceNode> ordered = List.of();

    /** Adds one; null, or the child that has the name already. */
    synchronized @Nullable ServiceNode putIfAbsent(String name, ServiceNode child) {
        ordered = null;
        return byName.putIfAbsent(name, child);
    }

    synchronized void remove(String name, ServiceNode child) {
        ordered = null;
        byName.remove(name, child);
    }

    /** Puts {@code fresh} where {@code old} stood. */
    synchronized void replace(String name, ServiceNode old, ServiceNode fresh) {
        ordered = null;
        byName.replace(name, old, fresh);
    }

    synchronized List<ServiceNode> list() {
        List<ServiceNode> list = ordered;
        if (list == null) {
            list = List.copyOf(new ArrayList<>(byName.values()));
            ordered = list;
        }
        return list;
    }

    /** {@code name-2}, or the next that is free. */
    synchronized String unusedName(String name) {
        int n = 2;
        while (byName.containsKey(name + "-" + n)) {
            n++;
        }
        return name + "-" + n;
    }
}
