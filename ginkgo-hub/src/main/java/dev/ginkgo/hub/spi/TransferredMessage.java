package dev.ginkgo.hub.spi;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.cluster.model.Epoch;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Content of a message that is sent between nodes, directly or through a broker. Immutable; the payload array must not be changed. */
abstract sealed class TransferredMessage permits BrokerMessage, Envelope {
    private final String channel;
    private final boolean binary;
    private final byte[] payload;
    private final long publishedMillis;
    private final @Nullable Epoch epoch;
    private final long client;

    TransferredMessage(
            String channel, boolean binary, byte[] payload, long millis, Optional<Epoch> epoch, long client) {
        this.channel = requireNonNull(channel, "channel is null");
        this.binary = binary;
        this.payload = requireNonNull(payload, "payload is null");
        this.publishedMillis = millis;
        this.epoch = epoch.orElse(null);
        this.client = client;
    }

    /** Returns the name of the channel. */
    public String channel() {
        return channel;
    }

    /** Returns whether the payload was published as bytes. */
    public boolean binary() {
        return binary;
    }

    /** Returns the payload itself, which must not be changed. */
    public byte[] payload() {
        return payload;
    }

    /** Returns when the message was published, in milliseconds of the publishing node's wall clock. */
    public long publishedMillis() {
        return publishedMillis;
    }

    /** Returns the leadership epoch under which the message was published. */
    public Optional<Epoch> epoch() {
        return Optional.ofNullable(epoch);
    }

    /** Returns the number of the client that published the message; 0 if the program itself did, or if it is not known. */
    public long client() {
        return client;
    }
}
