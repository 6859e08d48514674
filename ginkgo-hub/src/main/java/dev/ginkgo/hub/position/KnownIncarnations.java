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

    private final Map<Long, OfOrigin> byOrigin = new HashMap<>();

    /** The known incarnations of one origin. */
    static final class OfOrigin {
        /** The last sequence number of each incarnation but the newest one. */
        private final TreeMap<Long, Long> older = new TreeMap<>();

        private long newest = -1;
        private long lastSequence;

        private OfOrigin() {}

        /** Records that all messages of the origin up to a position are accounted for. */
        void add(Position position) {
            if (position.incarnation() == newest) {
                lastSequence = Math.max(lastSequence, position.sequence());
                return;
            }
            if (position.incarnation() < newest) {
                older.merge(position.incarnation(), position.sequence(), Math::max);
            } else {
                if (newest >= 0) {
                    older.put(newest, lastSequence);
                }
                newest = position.incarnation();
                lastSequence = position.sequence();
            }
            if (older.size() >= MAX_INCARNATIONS) {
                older.pollFirstEntry();
            }
        }

        private boolean isKnown(Position position) {
            if (position.incarnation() == newest) {
                return true;
            }
            Long lastKnown = older.get(position.incarnation());
            return lastKnown != null && position.sequence() <= lastKnown;
        }
    }

    /** Returns the incarnations of an origin. None may be known yet. */
    OfOrigin of(long origin) {
        return byOrigin.computeIfAbsent(origin, _ -> new OfOrigin());
    }

    /**
     * Returns whether a position is accounted for. Later messages of the newest incarnation count as well: they will
     * either arrive or be reported as lost.
     */
    boolean isKnown(Position position) {
        OfOrigin incarnations = byOrigin.get(position.origin());
        return incarnations != null && incarnations.isKnown(position);
    }
}
