package dev.ginkgo.hub.framing;

import dev.ginkgo.hub.log.StoredMessage;
import io.netty.buffer.ByteBuf;

/** How messages and control events are written, whatever carries them. No format alters a payload. */
interface BodyFormat {
    /**
     * Writes a message.
     *
     * @param alone whether all are of one channel; else it says of which it is
     */
    void writeMessage(StoredMessage message, boolean alone, ByteBuf out);

    void writeEvent(ControlEvent event, ByteBuf out);

    /** What keeps an idle stream alive, and is never mistaken for a message. */
    void writeKeepAlive(ByteBuf out);
}
