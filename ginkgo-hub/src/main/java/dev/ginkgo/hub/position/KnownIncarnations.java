package dev.ginkgo.hub.position;

import dev.ginkgo.hub.message.MessageId.Position;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which lives of each origin are known here, and how far: known is a life of which every message has come here, or
 * counts as gone. So an id of a life that is not known says nothing about what its reader lacks. Guarded by the store.
 */
final class KnownIncarnations {
    private static final int MAX_INCARNATIONS = 16;

    private final Map<Long, TreeMap<Long, Long>> lastSequences = new HashMap<>();

    /** All that an origin has published in a life up to there is accounted for. */
    void add(Position position) {
        TreeMap<Long, Long> lives = lastSequences.computeIfAbsent(position.origin(), _ -> new TreeMap<>());
        lives.merge(position.incarnation(), position.sequence(), Math::max);
        if (lives.size() > MAX_INCARNATIONS) {
            lives.pollFirstEntry();
        }
    }

    /** Whether it is, up to there; what comes later of the latest life will come here, or be told. */
    boolean isKnown(Position position) {
        TreeMap<Long, Long> lives = lastSequences.get(position.origin());
        if (lives == null) {
            return false;
        }
        Long end = lives.get(position.incarnation());
        return end != null && (position.sequence() <= end || lives.lastKey() == position.incarnation());
    }
}
