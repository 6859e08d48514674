package dev.ginkgo.hub;

import org.jspecify.annotations.Nullable;

/** A message in the store: in its channel's log, and in the line of all messages from the oldest to the newest. */
final class Entry {
    /** What a message takes besides its bytes: this object, the message, their arrays and references. */
    private static final int OVERHEAD = 160;

    final Message message;
    final ChannelLog log;
    final long nanos;

    @Nullable
    Entry older;

    @Nullable
    Entry newer;

    Entry(Message message, ChannelLog log, long nanos) {
        this.message = message;
        this.log = log;
        this.nanos = nanos;
    }

    long cost() {
        return cost(message.shared().length);
    }

    static long cost(int bytes) {
        return OVERHEAD + (long) bytes;
    }
}
