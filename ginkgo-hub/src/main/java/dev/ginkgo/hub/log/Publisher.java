package dev.ginkgo.hub.log;

import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.message.HubRejectedException;
import dev.ginkgo.hub.message.PublishResult;
import dev.ginkgo.hub.spi.IdempotencyKey;
import java.util.Optional;

/** Accepts messages for publishing. Thread-safe; it never waits for a subscriber or a socket. */
@FunctionalInterface
public interface Publisher {
    /**
     * Appends a message to the log of a channel and wakes its subscribers.
     *
     * @param key the idempotency key of the request, which is sent to the other nodes with the message; the publisher
     *     does not check whether it was used before
     * @throws HubRejectedException if the message is rejected
     */
    PublishResult publish(ChannelName channel, Payload payload, Optional<IdempotencyKey> key);

    /**
     * Appends a message that was published without an idempotency key.
     *
     * @throws HubRejectedException if the message is rejected
     */
    default PublishResult publish(ChannelName channel, Payload payload) {
        return publish(channel, payload, Optional.empty());
    }
}
