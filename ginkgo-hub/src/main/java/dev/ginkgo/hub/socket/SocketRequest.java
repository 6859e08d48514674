package dev.ginkgo.hub.socket;

import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.channel.SubscribeRequest;
import org.jspecify.annotations.Nullable;

/** Request over a WebSocket. */
sealed interface SocketRequest {
    /** Subscribes. */
    record Subscribe(SubscribeRequest request) implements SocketRequest {}

    /**
     * Ends a subscription.
     *
     * @param subscription the text of its selector
     */
    record Unsubscribe(String subscription) implements SocketRequest {}

    /**
     * Publishes a message.
     *
     * @param key idempotency key, or null
     */
    record Publish(
            ChannelName channel, Payload payload, @Nullable String key) implements SocketRequest {}

    /** Checks that the hub responds. */
    record Ping() implements SocketRequest {}
}
