package dev.ginkgo.hub.log;

import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.message.HubRejectedException;
import dev.ginkgo.hub.message.PublishResult;

/** Accepts messages for publishing. Thread-safe; it never waits for a subscriber or a socket. */
@FunctionalInterface
public interface Publisher {
    /**
     * Appends a message to the log of a channel and wakes its subscribers.
     *
     * @throws HubRejectedException if the message is rejected
     */
    PublishResult publish(ChannelName channel, Payload payload);
}
