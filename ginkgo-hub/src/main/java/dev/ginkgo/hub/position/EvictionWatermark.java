package dev.ginkgo.hub.position;

import dev.ginkgo.hub.message.MessageId;
import dev.ginkgo.hub.message.MessageId.Position;
import java.util.ArrayList;
import java.util.List;

/**
 * The last messages of a channel that were let go of, one for each origin: who has had these has lost nothing. Guarded
 * by the store.
 */
public final class EvictionWatermark {
    private final List<Position> evicted = new ArrayList<>(1);
    private long nanos;

    public boolean isEmpty() {
        return evicted.isEmpty();
    }

    public void raise(Position position, long when) {
        nanos = evicted.isEmpty() ? when : Math.max(nanos, when);
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

    public List<Position> positions() {
        return List.copyOf(evicted);
    }

    public void raise(EvictionWatermark other) {
        other.evicted.forEach(each -> raise(each, other.nanos));
    }

    /** Whether somebody who stands there has lost nothing. */
    public boolean isCoveredBy(MessageId id) {
        return evicted.stream().noneMatch(id::precedes);
    }

    /** Whether all that is gone is older than a moment. */
    public boolean isBefore(long moment) {
        return evicted.isEmpty() || nanos - moment < 0;
    }
}
