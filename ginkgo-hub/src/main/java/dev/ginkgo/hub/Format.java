package dev.ginkgo.hub;

import io.netty.buffer.ByteBuf;

/** How messages and control events are written, whatever carries them. No format alters a payload. */
interface Format {
    void message(Message message, ByteBuf out);

    void event(Control event, ByteBuf out);

    /** What keeps an idle stream alive, and is never mistaken for a message. */
    void keepAlive(ByteBuf out);
}
