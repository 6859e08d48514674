package dev.ginkgo.hub.log;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Shows the newest message of each channel, and of no channel more than one in a period. The first after a pause is
 * shown at once; what follows too soon waits for the end of the period, and only the newest of it is shown. It takes
 * the place of what was shown before, so that a slow reader finds nothing but the newest. All that waits is shown
 * together, in the order of arrival: so the id of what is shown is a place to read on from. Guarded by the store.
 */
final class Conflation {
    private final long period;
    private final Map<ChannelLog, Entry> emitted = new HashMap<>();
    private final Map<ChannelLog, Entry> pending = new HashMap<>();
    private long emittedAt;
    private boolean started;
    private boolean lossPending;

    Conflation(long period) {
        this.period = period;
    }

    /** Begins with the newest of some channels, in the order of their arrival. */
    void emitInitial(Entry newest, Feed feed) {
        emit(newest, feed);
    }

    /** Takes a message; says whether it is shown. */
    boolean offer(Entry entry, Feed feed) {
        pending.put(entry.log, entry);
        return flush(entry.nanos, feed);
    }

    /** Shows what waits, if it has for long enough; says whether readers find something new. */
    boolean flush(long now, Feed feed) {
        boolean any = lossPending;
        lossPending = false;
        if (pending.isEmpty() || (started && now - emittedAt < period)) {
            return any;
        }
        started = true;
        emittedAt = now;
        List<Entry> due = new ArrayList<>(pending.values());
        pending.clear();
        due.sort(Comparator.comparingLong(entry -> entry.arrival));
        due.forEach(entry -> emit(entry, feed));
        return true;
    }

    private void emit(Entry entry, Feed feed) {
        Entry before = emitted.put(entry.log, entry);
        if (before != null) {
            feed.retract(before);
        }
        feed.emit(entry);
    }

    /** The store lets go of a message. To have been superseded is no loss; the newest is one. */
    void remove(Entry entry, Feed feed) {
        if (pending.remove(entry.log, entry)) {
            emit(entry, feed); // nobody has seen it: it gets a number, that it may be missed
            lossPending = true;
        }
        if (emitted.remove(entry.log, entry)) {
            if (pending.containsKey(entry.log)) {
                feed.retract(entry);
            } else {
                feed.markLost(entry);
            }
        }
    }
}
