package dev.ginkgo.hub.delivery;

import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.framing.ControlEvent;
import io.netty.buffer.ByteBuf;

/**
 * A connection that several subscriptions share. Methods are called on its event loop, unless they say otherwise. At most one
 * write with messages is in progress at a time, whichever subscriptions they belong to; those that are behind take turns.
 */
public interface SharedStream extends StreamHandle {
    /** One of the subscriptions. */
    interface Member extends StreamHandle {
        /** Returns where the subscription starts, and whether every requested older message is available. */
        ControlEvent.Start start();

        /** Ends the subscription. No message of it is written from now on; closing again has no effect. */
        void close();
    }

    /**
     * Opens a subscription. Its first message is written after the current task of the event loop, so what the caller writes
     * in this task precedes it. It ends with the connection.
     *
     * @throws dev.ginkgo.hub.message.HubRejectedException if the limit for channels or patterns is reached, or the hub stops
     */
    Member subscribe(SubscribeRequest subscribeRequest);

    /** Writes a whole frame that is not a message. The caller flushes. */
    void write(ByteBuf frame);

    /**
     * Stops writing messages and heartbeats, because the caller writes the last frame and then closes the connection. The
     * subscriptions end with the connection.
     */
    void stopWriting();
}
