package dev.ginkgo.hub.spi;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.cluster.model.Epoch;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A message as it is sent between nodes. Immutable; the payload array must not be changed. */
public final class Envelope extends TransferredMessage {
    /** Maximum length of a channel name in bytes of UTF-8. */
    public static final int MAX_CHANNEL = 255;

    /** Estimated memory of an envelope in a queue besides its payload, in bytes. */
    private static final int OVERHEAD = 200;

    private final NodeIncarnation origin;
    private final long sequence;
    private final long previous;
    private final @Nullable IdempotencyRecord idempotency;

    /**
     * Creates an envelope of a message that was published without an idempotency key.
     *
     * @see #Envelope(NodeIncarnation, long, long, String, boolean, byte[], long, Optional, Optional)
     */
    public Envelope(
            NodeIncarnation origin,
            long sequence,
            long previous,
            String channel,
            boolean binary,
            byte[] payload,
            long millis,
            Optional<Epoch> epoch) {
        this(origin, sequence, previous, channel, binary, payload, millis, epoch, Optional.empty());
    }

    /**
     * Creates an envelope.
     *
     * @param origin the node that published the message
     * @param sequence number of the message among all that the node has published in this incarnation, from 1
     * @param previous number of the previous message on the same channel, 0 if there is none; after a missing range, it
     *     shows whether the channel has lost messages
     * @param channel name of the channel
     * @param binary whether the payload was published as bytes, not as text
     * @param payload the payload; the array is not copied
     * @param millis when the message was published, by the wall clock of the origin
     * @param epoch the leadership epoch under which the message was published, if there was one
     * @param idempotency the idempotency key with which the message was published, if there was one, and the response
     */
    public Envelope(
            NodeIncarnation origin,
            long sequence,
            long previous,
            String channel,
            boolean binary,
            byte[] payload,
            long millis,
            Optional<Epoch> epoch,
            Optional<IdempotencyRecord> idempotency) {
        this(origin, sequence, previous, channel, binary, payload, millis, epoch, idempotency, 0);
    }

    /**
     * Creates an envelope of a message that a client has published.
     *
     * @param client number of the client, its user or network, the same at every node; 0 if the program itself has published it.
     *     A channel counts towards the share of the client at every node
     * @see #Envelope(NodeIncarnation, long, long, String, boolean, byte[], long, Optional, Optional)
     */
    public Envelope(
            NodeIncarnation origin,
            long sequence,
            long previous,
            String channel,
            boolean binary,
            byte[] payload,
            long millis,
            Optional<Epoch> epoch,
            Optional<IdempotencyRecord> idempotency,
            long client) {
        super(channel, binary, payload, millis, epoch, client);
        this.origin = requireNonNull(origin, "origin is null");
        this.idempotency = idempotency.orElse(null);
        this.sequence = sequence;
        this.previous = previous;
        if (sequence < 1 || previous < 0 || previous >= sequence) {
            throw new IllegalArgumentException("message " + sequence + " after " + previous + " of " + origin
                    + "; sequence numbers start at 1 and increase");
        }
    }

    /** Returns the node that published the message. */
    public NodeIncarnation origin() {
        return origin;
    }

    /** Returns the sequence number of the message in its origin. */
    public long sequence() {
        return sequence;
    }

    /** Returns the sequence number of the previous message on the same channel; 0 if there is none. */
    public long previous() {
        return previous;
    }

    /** Returns the idempotency key with which the message was published, and the response to that request. */
    public Optional<IdempotencyRecord> idempotency() {
        return Optional.ofNullable(idempotency);
    }

    /** Returns the memory of the idempotency record, in bytes; 0 if there is none. */
    public int idempotencyBytes() {
        return idempotency == null ? 0 : idempotency.memoryBytes();
    }

    /** Returns the memory for which the message counts in a queue, in bytes. */
    public long memoryBytes() {
        return OVERHEAD + idempotencyBytes() + (long) payload().length;
    }

    @Override
    public String toString() {
        return channel() + " " + sequence + " of " + origin + " (" + payload().length + " bytes)";
    }
}
