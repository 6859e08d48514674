package dev.ginkgo.hub;

import org.jspecify.annotations.Nullable;

/** A message in the store: in its channel's log, and in the line of all messages from the oldest to the newest. */
final class Entry {
    /** What a message takes besides its bytes: this object, the message, their arrays and references. */
    private static final int OVERHEAD = 208;

    final Message message;
    final ChannelLog log;
    final long nanos;

    /** Counts all messages of the store, from whichever origin, as they came. */
    final long arrival;

    @Nullable
    Entry older;

    @Nullable
    Entry newer;

    Entry(Message message, ChannelLog log, long nanos, long arrival) {
        this.message = message;
        this.log = log;
        this.nanos = nanos;
        this.arrival = arrival;
    }

    long cost() {
        return OVERHEAD + (long) message.shared().length;
    }
}
