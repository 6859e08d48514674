package dev.ginkgo.hub.log;

import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.message.HubRejectedException;
import dev.ginkgo.hub.message.PublishResult;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** Accepts messages for publishing. Thread-safe; it never waits for a subscriber or a socket. */
@FunctionalInterface
public interface Publisher {
    /** Publishes a message of the program itself. Equivalent to {@code publish(channel, payload, null)}. */
    default PublishResult publish(ChannelName channel, Payload payload) {
        return publish(channel, payload, null);
    }

    /**
     * Appends a message to the log of a channel and wakes its subscribers.
     *
     * @param client the network of the client, whose share of the channels a new channel counts towards; null if the program
     *     itself publishes, which has no limit of its own
     * @throws HubRejectedException if the message is rejected
     */
    PublishResult publish(ChannelName channel, Payload payload, @Nullable InetAddress client);
}
