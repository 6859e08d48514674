package dev.ginkgo.hub;

import io.netty.channel.Channel;
import java.time.Duration;

/** The fan-out: connections that have become streams, and read their channel's log. */
interface Streams {
    /**
     * Makes a stream of a connection: it gets what is published on the channel from here on. Called on the
     * connection's event loop, when the HTTP handlers have left its pipeline and the head of the response is
     * written; from then on only the hub writes to it. The stream begins with the {@code start} event, except in
     * lines. When the connection closes, the reader is gone by itself.
     *
     * @throws RefusedException if there are too many channels, or the hub stops; nothing is written then
     */
    Reader attach(Channel connection, ChannelName channel, Framing framing);

    /** Writes the keep-alive of its framing to each reader to whom nothing was written for so long. Any thread. */
    void heartbeat(Duration idle);
}
