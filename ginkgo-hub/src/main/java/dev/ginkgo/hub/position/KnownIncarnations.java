package dev.ginkgo.hub.position;

import dev.ginkgo.hub.message.MessageId.Position;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The known incarnations of each origin, and how far each is known. An incarnation is known up to a sequence number if
 * every message up to it has been received or is recorded as lost. If the incarnation in an id is not known, it cannot
 * be determined what its subscriber has missed. Guarded by the store.
 */
final class KnownIncarnations {
    private static final int MAX_INCARNATIONS = 16;

    private final Map<Long, TreeMap<Long, Long>> lastSequences = new HashMap<>();

    /** Records that all messages of an origin up to a position are accounted for. */
    void add(Position position) {
        TreeMap<Long, Long> incarnations = lastSequences.computeIfAbsent(position.origin(), _ -> new TreeMap<>());
        incarnations.merge(position.incarnation(), position.sequence(), Math::max);
        if (incarnations.size() > MAX_INCARNATIONS) {
            incarnations.pollFirstEntry();
        }
    }

    /**
     * Returns whether a position is accounted for. Later messages of the newest incarnation count as well: they will
     * either arrive or be reported as lost.
     */
    boolean isKnown(Position position) {
        TreeMap<Long, Long> incarnations = lastSequences.get(position.origin());
        if (incarnations == null) {
            return false;
        }
        Long lastKnown = incarnations.get(position.incarnation());
        return lastKnown != null
                && (position.sequence() <= lastKnown || incarnations.lastKey() == position.incarnation());
    }
}
