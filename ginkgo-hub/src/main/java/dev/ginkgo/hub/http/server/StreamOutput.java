package dev.ginkgo.hub.http.server;

import io.netty.handler.codec.http.FullHttpResponse;

/** Output of a channel that has become a stream: a head, then buffers with the body. Event loop only. */
public interface StreamOutput {
    /** Returns whether the protocol frames the body, so that the buffers contain the body only. */
    boolean framesBody();

    /**
     * Returns the head as it is written to the channel, and releases the response.
     *
     * @param last whether this is the last response of the connection
     */
    Object head(FullHttpResponse response, boolean last);

    /** Sends a complete response instead of a stream, and closes the channel. */
    void endWith(FullHttpResponse response);
}
