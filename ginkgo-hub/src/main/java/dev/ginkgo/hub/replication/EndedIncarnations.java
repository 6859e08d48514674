package dev.ginkgo.hub.replication;

import dev.ginkgo.hub.spi.NodeIncarnation;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The last positions of ended incarnations: the latest few of each node, for the most recently seen nodes. Guarded by
 * its {@link Replicator}.
 */
final class EndedIncarnations {
    private static final int MAX_INCARNATIONS = 3;
    private static final int MAX_NODES = 64;

    private final Map<String, TreeMap<Long, Long>> lastSequences = new LinkedHashMap<>();

    @Nullable
    Long get(NodeIncarnation origin) {
        TreeMap<Long, Long> ofNode = lastSequences.get(origin.name());
        return ofNode == null ? null : ofNode.get(origin.incarnation());
    }

    /** Returns whether an incarnation is older than all that are remembered of a node whose memory is full. */
    boolean isTooOld(NodeIncarnation origin) {
        TreeMap<Long, Long> ofNode = lastSequences.get(origin.name());
        return ofNode != null && ofNode.size() >= MAX_INCARNATIONS && origin.incarnation() < ofNode.firstKey();
    }

    void put(NodeIncarnation origin, long last) {
        TreeMap<Long, Long> ofNode = lastSequences.remove(origin.name());
        TreeMap<Long, Long> updated = ofNode == null ? new TreeMap<>() : ofNode;
        updated.put(origin.incarnation(), last);
        if (updated.size() > MAX_INCARNATIONS) {
            updated.pollFirstEntry();
        }
        lastSequences.put(origin.name(), updated);
        if (lastSequences.size() > MAX_NODES) {
            lastSequences.remove(lastSequences.keySet().iterator().next());
        }
    }

    /** Adds the positions to a map, until it has {@code maxSize} entries. */
    void addTo(Map<NodeIncarnation, Long> positions, int maxSize) {
        lastSequences.forEach((name, ofNode) -> ofNode.descendingMap().forEach((incarnation, last) -> {
            if (positions.size() < maxSize) {
                positions.put(new NodeIncarnation(name, incarnation), last);
            }
        }));
    }
}
