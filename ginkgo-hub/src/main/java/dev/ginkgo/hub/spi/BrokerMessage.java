package dev.ginkgo.hub.spi;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.cluster.model.Epoch;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A message as it is stored in a stream of a broker. Immutable; the payload array must not be changed. */
public final class BrokerMessage extends TransferredMessage {
    private final NodeIncarnation sender;
    private final long number;
    private final @Nullable IdempotencyKey key;

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
        super(channel, binary, payload, millis, epoch, client);
        this.sender = requireNonNull(sender, "sender is null");
        this.number = number;
        this.key = key.orElse(null);
        if (number < 1) {
            throw new IllegalArgumentException("message " + number + " of " + sender + "; the first is 1");
        }
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
