package dev.ginkgo.hub;

import dev.ginkgo.hub.MessageId.Position;
import java.util.ArrayList;
import java.util.List;

/**
 * The last messages of a channel that were let go of, one for each origin: who has had these has lost nothing. Guarded
 * by the store.
 */
final class Floor {
    private final List<Position> gone = new ArrayList<>(1);
    private long nanos;

    boolean isEmpty() {
        return gone.isEmpty();
    }

    void raise(Position position, long when) {
        nanos = gone.isEmpty() ? when : Math.max(nanos, when);
        for (int i = 0; i < gone.size(); i++) {
            Position each = gone.get(i);
            if (each.origin() == position.origin()) {
                if (each.isBefore(position)) {
                    gone.set(i, position);
                }
                return;
            }
        }
        gone.add(position);
    }

    List<Position> positions() {
        return List.copyOf(gone);
    }

    void raise(Floor other) {
        other.gone.forEach(each -> raise(each, other.nanos));
    }

    /** Whether somebody who stands there has lost nothing. */
    boolean isReachedBy(MessageId id) {
        return gone.stream().noneMatch(id::precedes);
    }

    /** Whether all that is gone is older than a moment. */
    boolean isBefore(long moment) {
        return gone.isEmpty() || nanos - moment < 0;
    }
}
