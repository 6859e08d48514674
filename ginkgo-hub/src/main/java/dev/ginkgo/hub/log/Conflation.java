package dev.ginkgo.hub.log;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Conflation: emits at most one message per channel and period, always the newest. The first message after a pause is
 * emitted immediately; those that follow within the period are pending until it ends, and only the newest of each
 * channel is emitted. It replaces the previously emitted message of the channel in the feed, so a slow subscriber finds
 * only the newest. All pending messages are emitted together in order of arrival, so that the id of an emitted message
 * is a valid position to resume from. Guarded by the store.
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

    /** Emits the newest message of a channel that joins the feed. Called in order of arrival. */
    void emitInitial(Entry newest, Feed feed) {
        emit(newest, feed);
    }

    /** Accepts a message, and returns whether the feed has something new. */
    boolean offer(Entry entry, Feed feed) {
        pending.put(entry.log, entry);
        return flush(entry.nanos, feed);
    }

    /** Emits the pending messages if the period has elapsed, and returns whether the feed has something new. */
    boolean flush(long now, Feed feed) {
        boolean changed = lossPending;
        lossPending = false;
        if (pending.isEmpty() || (started && now - emittedAt < period)) {
            return changed;
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
        Entry previous = emitted.put(entry.log, entry);
        if (previous != null) {
            feed.retract(previous);
        }
        feed.emit(entry);
    }

    /** Removes an evicted message. A superseded message is not a loss; the newest of its channel is. */
    void remove(Entry entry, Feed feed) {
        if (pending.remove(entry.log, entry)) {
            emit(entry, feed); // never emitted: it gets a number, so that subscribers can detect that it is missing
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
