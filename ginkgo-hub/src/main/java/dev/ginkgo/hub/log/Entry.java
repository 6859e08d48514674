package dev.ginkgo.hub.log;

import dev.ginkgo.hub.spi.Envelope;
import org.jspecify.annotations.Nullable;

/** A message in the store: in its channel's log, and in the line of all messages from the oldest to the newest. */
public final class Entry {
    /** What a message takes besides its bytes: this object, the message, their arrays and references. */
    private static final int OVERHEAD = 208;

    /** What it takes besides in a cluster: the envelope, the name of the channel in it, and a place in {@link OriginIndex}. */
    private static final int ENVELOPE = 200;

    public final StoredMessage message;
    final ChannelLog log;
    public final long nanos;

    /** Counts all messages of the store, from whichever origin, as they came. */
    final long arrival;

    /** As it travels between nodes; null if there are no others. */
    final @Nullable Envelope envelope;

    @Nullable
    Entry older;

    @Nullable
    Entry newer;

    Entry(StoredMessage message, ChannelLog log, long nanos, long arrival, @Nullable Envelope envelope) {
        this.message = message;
        this.log = log;
        this.nanos = nanos;
        this.arrival = arrival;
        this.envelope = envelope;
    }

    long cost() {
        return OVERHEAD + (envelope == null ? 0 : ENVELOPE) + (long) message.payloadBytes().length;
    }
}
