package dev.ginkgo.hub.delivery;

import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.hub.message.HubRejectedException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.function.Function;

/** The fan-out: connections that have become streams, and read their channel's log. */
public interface StreamAttacher {
    /**
     * Makes a stream of a connection: it gets what it wishes, as far as that is held, and then what is published.
     * Called on the connection's event loop, when the HTTP handlers have left its pipeline and the head of the response is
     * written; from then on only the hub writes to it. The stream begins with the {@code start} event, except in
     * lines unless older messages are wished for. When the connection closes, the reader is gone by itself.
     *
     * @throws HubRejectedException if there are too many channels or patterns, or the hub stops; nothing is written then
     */
    StreamHandle attach(Channel connection, SubscribeRequest subscribeRequest, WireFormat wireFormat);

    /**
     * Answers a connection once, in chunks: with what is there of what it wishes, or what comes first, or nothing when
     * the time is up; then it is closed. Called like {@link #attach}, but nothing has been written yet.
     *
     * @param head makes the head of the answer, with the id to go on with
     * @throws HubRejectedException as {@link #attach}
     */
    StreamHandle poll(
            Channel connection,
            SubscribeRequest subscribeRequest,
            WireFormat wireFormat,
            Duration wait,
            Function<String, ByteBuf> head);

    /** Writes the keep-alive of its framing to each reader to whom nothing was written for so long. Any thread. */
    void heartbeat(Duration idle);
}
