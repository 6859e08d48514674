package dev.ginkgo.hub.log;

import dev.ginkgo.hub.spi.Envelope;
import org.jspecify.annotations.Nullable;

/** A message in the store, linked into the list of all messages in order of arrival. */
public final class Entry {
    /**
     * Estimated memory of a message besides its payload, in bytes: this object, the message, and their arrays and
     * references.
     */
    private static final int OVERHEAD = 208; // measured without the id

    /**
     * Additional memory in a cluster, in bytes: the envelope without its idempotency record, its channel name, and an
     * entry in {@link OriginIndex}.
     */
    private static final int ENVELOPE = 200;

    public final StoredMessage message;
    final ChannelLog log;
    public final long nanos;

    /** Arrival number: counts the messages of the store, of all origins, in order of arrival. */
    final long arrival;

    /** The message as it is sent between nodes; null in a standalone hub. */
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
        int replication = envelope == null ? 0 : ENVELOPE + envelope.idempotencyBytes();
        return OVERHEAD + replication + message.idBytes() + (long) message.payloadBytes().length;
    }
}
