package dev.ginkgo.hub.publish;

import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.message.HubRejectedException;
import dev.ginkgo.hub.message.PublishResult;
import dev.ginkgo.hub.spi.IdempotencyKey;
import java.util.Optional;

/**
 * Accepts messages for publishing. Thread-safe. It never waits for a subscriber or a socket, except that an {@link
 * AsyncPublisher} waits for its broker.
 */
@FunctionalInterface
public interface Publisher {
    /** Takes the place of the number of a client if the program itself publishes. */
    long PROGRAM = 0;

    /** Publishes a message of the program itself. Equivalent to {@code publish(channel, payload, PROGRAM, Optional.empty())}. */
    default PublishResult publish(ChannelName channel, Payload payload) {
        return publish(channel, payload, PROGRAM, Optional.empty());
    }

    /**
     * Appends a message to the log of a channel and wakes its subscribers.
     *
     * @param client number of the client, the same at every node, whose share of the channels a new channel counts towards;
     *     {@link #PROGRAM} if the program itself publishes, which has no limit of its own
     * @param key the idempotency key of the request, which is sent to the other nodes with the message; the publisher
     *     does not check whether it was used before
     * @throws HubRejectedException if the message is rejected
     */
    PublishResult publish(ChannelName channel, Payload payload, long client, Optional<IdempotencyKey> key);
}
