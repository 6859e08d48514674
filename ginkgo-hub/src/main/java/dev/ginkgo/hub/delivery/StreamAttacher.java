package dev.ginkgo.hub.delivery;

import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.hub.message.HubRejectedException;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.function.Function;

/** Attaches connections as streams that read a channel's log. */
public interface StreamAttacher {
    /**
     * Attaches a connection as a stream: it receives the requested messages that are retained, then new ones. Called on
     * the event loop of the connection, after the HTTP handlers have been removed from its pipeline and the head of the
     * response has been written; from then on only the hub writes to it. A stream starts with the {@code start} event,
     * except that of lines without requested history. It is detached when the connection closes.
     *
     * @throws HubRejectedException if the limit for channels or patterns is reached, or the hub stops; nothing has been
     *     written then
     */
    StreamHandle attach(Channel connection, SubscribeRequest subscribeRequest, WireFormat wireFormat);

    /**
     * Attaches a connection for a single, chunked response: the available messages, or the first ones to arrive, or
     * none when the wait time elapses; then the connection is closed. Called like {@link #attach}, but before anything
     * is written.
     *
     * @param head creates the head of the response for the id to resume from
     * @throws HubRejectedException as {@link #attach}
     */
    StreamHandle poll(
            Channel connection,
            SubscribeRequest subscribeRequest,
            WireFormat wireFormat,
            Duration wait,
            Function<String, Object> head);

    /**
     * Attaches a connection that several subscriptions share. Called like {@link #attach}, and nothing is written before the
     * first subscription. The connection is detached when it closes.
     *
     * @param wireFormat a format whose messages name their subscription
     * @throws HubRejectedException if the hub stops
     */
    SharedStream attachShared(Channel connection, WireFormat wireFormat);

    /**
     * Writes a keep-alive to each subscriber to which nothing has been written for the given time. Any thread may call.
     */
    void heartbeat(Duration idle);
}
