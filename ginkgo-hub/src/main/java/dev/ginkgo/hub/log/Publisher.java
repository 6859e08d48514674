package dev.ginkgo.hub.log;

import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.message.HubRejectedException;
import dev.ginkgo.hub.message.PublishResult;

/** Takes messages; any thread may call it. It waits for no reader and no socket. */
@FunctionalInterface
public interface Publisher {
    /**
     * Appends a message to a channel's log, and wakes its readers.
     *
     * @throws HubRejectedException if the message cannot be taken
     */
    PublishResult publish(ChannelName channel, Payload payload);
}
