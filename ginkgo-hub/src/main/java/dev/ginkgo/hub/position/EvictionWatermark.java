package dev.ginkgo.hub.position;

import dev.ginkgo.hub.message.MessageId;
import dev.ginkgo.hub.message.MessageId.Position;
import java.util.ArrayList;
import java.util.List;

/**
 * Eviction watermark of a channel: the position of the last evicted message of each origin. A subscriber that has
 * received these has lost nothing. Guarded by the store.
 */
public final class EvictionWatermark {
    private final List<Position> evicted = new ArrayList<>(1);
    private long nanos;

    public boolean isEmpty() {
        return evicted.isEmpty();
    }

    /** Raises the watermark of an origin to a position. */
    public void raise(Position position, long evictedAt) {
        nanos = evicted.isEmpty() ? evictedAt : Math.max(nanos, evictedAt);
        for (int i = 0; i < evicted.size(); i++) {
            Position each = evicted.get(i);
            if (each.origin() == position.origin()) {
                if (each.isBefore(position)) {
                    evicted.set(i, position);
                }
                return;
            }
        }
        evicted.add(position);
    }

    /** Returns the last evicted position of each origin. */
    public List<Position> positions() {
        return List.copyOf(evicted);
    }

    /** Raises this watermark to include another one. */
    public void raise(EvictionWatermark other) {
        other.evicted.forEach(each -> raise(each, other.nanos));
    }

    /** Returns whether a subscriber at an id has lost nothing. */
    public boolean isCoveredBy(MessageId id) {
        return evicted.stream().noneMatch(id::precedes);
    }

    /** Returns whether every eviction happened before a point in time (in monotonic nanoseconds). */
    public boolean isBefore(long moment) {
        return evicted.isEmpty() || nanos - moment < 0;
    }
}
