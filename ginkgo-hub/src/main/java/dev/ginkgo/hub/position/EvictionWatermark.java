package dev.ginkgo.hub.position;

import dev.ginkgo.hub.message.MessageId.Position;
import dev.ginkgo.hub.message.MessageId;
import java.util.ArrayList;
import java.util.List;

/**
 * The last messages of a channel that were let go of, one for each origin: who has had these has lost nothing. Guarded
 * by the store.
 */
public final class EvictionWatermark {
    private final List<Position> gone = new ArrayList<>(1);
    private long nanos;

    public boolean isEmpty() {
        return gone.isEmpty();
    }

    public void raise(Position position, long when) {
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

    public List<Position> positions() {
        return List.copyOf(gone);
    }

    public void raise(EvictionWatermark other) {
        other.gone.forEach(each -> raise(each, other.nanos));
    }

    /** Whether somebody who stands there has lost nothing. */
    public boolean isReachedBy(MessageId id) {
        return gone.stream().noneMatch(id::precedes);
    }

    /** Whether all that is gone is older than a moment. */
    public boolean isBefore(long moment) {
        return gone.isEmpty() || nanos - moment < 0;
    }
}
