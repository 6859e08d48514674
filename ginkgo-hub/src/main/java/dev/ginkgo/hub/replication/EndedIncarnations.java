package dev.ginkgo.hub.replication;

import dev.ginkgo.hub.spi.NodeIncarnation;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How far the lives of nodes came that are over: the latest few of each node, and of the nodes that were heard of last.
 * Guarded by its {@link Replicator}.
 */
final class EndedIncarnations {
    private static final int MAX_INCARNATIONS = 3;
    private static final int MAX_NODES = 64;

    private final Map<String, TreeMap<Long, Long>> lastSequences = new LinkedHashMap<>();

    @Nullable
    Long get(NodeIncarnation life) {
        TreeMap<Long, Long> lives = lastSequences.get(life.name());
        return lives == null ? null : lives.get(life.incarnation());
    }

    /** Whether it was forgotten, or would be at once. */
    boolean isTooOld(NodeIncarnation life) {
        TreeMap<Long, Long> lives = lastSequences.get(life.name());
        return lives != null && lives.size() >= MAX_INCARNATIONS && life.incarnation() < lives.firstKey();
    }

    void put(NodeIncarnation life, long end) {
        TreeMap<Long, Long> lives = lastSequences.remove(life.name());
        TreeMap<Long, Long> more = lives == null ? new TreeMap<>() : lives;
        more.put(life.incarnation(), end);
        if (more.size() > MAX_INCARNATIONS) {
            more.pollFirstEntry();
        }
        lastSequences.put(life.name(), more);
        if (lastSequences.size() > MAX_NODES) {
            lastSequences.remove(lastSequences.keySet().iterator().next());
        }
    }

    /** Adds them, up to so many in all. */
    void addTo(Map<NodeIncarnation, Long> positions, int most) {
        lastSequences.forEach((name, lives) -> lives.descendingMap().forEach((incarnation, end) -> {
            if (positions.size() < most) {
                positions.put(new NodeIncarnation(name, incarnation), end);
            }
        }));
    }
}
