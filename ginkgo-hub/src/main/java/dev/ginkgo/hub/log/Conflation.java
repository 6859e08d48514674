package dev.ginkgo.hub.log;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Conflation: emits at most one message per channel and period, always the newest. The first message after a pause is
 * emitted immediately; those that follow within the period are pending until it ends, and only the newest of each
 * channel is emitted. It replaces the previously emitted message of the channel in the feed, so a slow subscriber finds
 * only the newest.
 *
 * <p>When the period ends, all pending messages are due. They are emitted in order of arrival, a limited number at a time,
 * before any that arrive later, so that the id of an emitted message is a valid position to resume from. Guarded by the
 * store.
 */
final class Conflation {
    private final long period;
    private final Map<ChannelLog, Entry> emitted = new HashMap<>();
    // both in order of arrival
    private LinkedHashMap<ChannelLog, Entry> pending = new LinkedHashMap<>();
    private LinkedHashMap<ChannelLog, Entry> due = new LinkedHashMap<>();
    private long emittedArrival;
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
        pending.remove(entry.log);
        pending.put(entry.log, entry);
        return flush(entry.nanos, feed, FeedAssembler.STEP) > 0;
    }

    /**
     * Emits messages that are due, if the period has elapsed.
     *
     * @param atMost maximum number of messages to emit
     * @return how many messages and losses the feed has got
     */
    int flush(long now, Feed feed, int atMost) {
        int changes = lossPending ? 1 : 0;
        lossPending = false;
        if (due.isEmpty() && !pending.isEmpty() && (!started || now - emittedAt >= period)) {
            started = true;
            emittedAt = now;
            LinkedHashMap<ChannelLog, Entry> none = due;
            due = pending;
            pending = none;
        }
        while (!due.isEmpty() && changes < atMost) {
            emit(due.pollFirstEntry().getValue(), feed);
            changes++;
        }
        return changes;
    }

    private void emit(Entry entry, Feed feed) {
        Entry previous = emitted.put(entry.log, entry);
        if (previous != null) {
            feed.retract(previous);
        }
        feed.emit(entry);
        emittedArrival = entry.arrival;
    }

    /** Returns the arrival number of the last message that was emitted. */
    long emittedArrival() {
        return emittedArrival;
    }

    /** Removes an evicted message. A superseded message is not a loss; the newest of its channel is. */
    void remove(Entry entry, Feed feed) {
        boolean lost = pending.remove(entry.log, entry);
        if (due.remove(entry.log, entry)) {
            lost |= !pending.containsKey(entry.log);
        }
        if (lost) { // never emitted
            lossPending |= feed.markLost(entry.arrival);
        }
        if (emitted.remove(entry.log, entry)) {
            if (pending.containsKey(entry.log) || due.containsKey(entry.log)) {
                feed.retract(entry);
            } else {
                feed.markLost(entry);
            }
        }
    }
}
