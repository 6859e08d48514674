package dev.ginkgo.hub.spi;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.cluster.model.Epoch;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A message as it is stored in a stream of a broker. Immutable; the payload array must not be changed. */
public final class BrokerMessage extends TransferredMessage {
    private final NodeIncarnation sender;
    private final long number;
    private final @Nullable IdempotencyKey key;
    private final Map<NodeIncarnation, Long> read;

    /**
     * Creates a message.
     *
     * @param sender the node that publishes the message
     * @param number number of the message, unique among those of the sender in its incarnation, from 1; by it the sender
     *     recognizes the message when it is read. Calls of {@link Broker#append} need not be made in the order of numbers
     * @param channel name of the channel; at most {@value Envelope#MAX_CHANNEL} bytes of UTF-8
     * @param binary whether the payload was published as bytes, not as text
     * @param payload the payload; the array is not copied
     * @param millis when the message was published, by the wall clock of the sender
     * @param epoch the leadership epoch under which the message was published, if there was one
     * @param key the idempotency key with which the message was published, if there was one
     * @param client number of the client that published the message, the same at every node; 0 if the program itself did
     */
    public BrokerMessage(
            NodeIncarnation sender,
            long number,
            String channel,
            boolean binary,
            byte[] payload,
            long millis,
            Optional<Epoch> epoch,
            Optional<IdempotencyKey> key,
            long client) {
        this(sender, number, channel, binary, payload, millis, epoch, key, client, Map.of());
    }

    private BrokerMessage(
            NodeIncarnation sender,
            long number,
            String channel,
            boolean binary,
            byte[] payload,
            long millis,
            Optional<Epoch> epoch,
            Optional<IdempotencyKey> key,
            long client,
            Map<NodeIncarnation, Long> read) {
        super(channel, binary, payload, millis, epoch, client);
        this.sender = requireNonNull(sender, "sender is null");
        this.number = number;
        this.key = key.orElse(null);
        this.read = Map.copyOf(read);
        if (number < 1) {
            throw new IllegalArgumentException("message " + number + " of " + sender + "; the first is 1");
        }
    }

    /**
     * Returns this message with the positions up to which its sender has read the streams. The hub adds them to a message with
     * an epoch: no message up to there has a later epoch, because the lease was valid when they had been read. A broker preserves
     * the position in the stream of the message; those in other streams, and in a {@linkplain Broker stream of the hub's own},
     * it may leave out.
     *
     * @param positions the last position that the sender has read of each stream; 0 if none
     */
    public BrokerMessage withRead(Map<NodeIncarnation, Long> positions) {
        return new BrokerMessage(
                sender, number, channel(), binary(), payload(), publishedMillis(), epoch(), key(), client(), positions);
    }

    /** Returns the positions up to which the sender had read the streams; empty if they are not known. */
    public Map<NodeIncarnation, Long> read() {
        return read;
    }

    /** Returns the node that published the message. */
    public NodeIncarnation sender() {
        return sender;
    }

    /** Returns the number of the message, which is unique among those of its sender. */
    public long number() {
        return number;
    }

    /** Returns the idempotency key with which the message was published. */
    public Optional<IdempotencyKey> key() {
        return Optional.ofNullable(key);
    }

    @Override
    public String toString() {
        return channel() + " " + number + " of " + sender + " (" + payload().length + " bytes)";
    }
}
