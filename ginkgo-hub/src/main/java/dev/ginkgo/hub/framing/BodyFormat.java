package dev.ginkgo.hub.framing;

import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.log.StoredMessage;
import io.netty.buffer.ByteBuf;

/** Encoding of messages and control events, independent of the frames that carry them. No format alters a payload. */
interface BodyFormat {
    /**
     * Writes a message.
     *
     * @param alone whether the stream contains only one channel; otherwise the channel name is included
     */
    void writeMessage(StoredMessage message, boolean alone, ByteBuf out);

    /**
     * Writes a message for the subscribers of a selector.
     *
     * @param selector what they have subscribed to
     */
    default void writeMessage(StoredMessage message, ChannelSelector selector, ByteBuf out) {
        writeMessage(message, selector.isChannel(), out);
    }

    /**
     * Returns the length of the body of a message for {@link #writePlain}; -1 if the length is not known before the body has been
     * written.
     *
     * @param alone as for {@link #writeMessage(StoredMessage, boolean, ByteBuf)}
     */
    default int plainLength(StoredMessage message, boolean alone) {
        return -1;
    }

    /** Writes a message whose {@link #plainLength} is known, in a stream that contains only its channel. */
    default void writePlain(StoredMessage message, ByteBuf out) {
        writeMessage(message, true, out);
    }

    /** Returns whether the body of a message is not text. */
    default boolean isBinary(StoredMessage message, boolean alone) {
        return false;
    }

    /** Writes a control event. */
    void writeEvent(ControlEvent event, ByteBuf out);

    /** Writes a control event for the subscribers of a selector. */
    default void writeEvent(ControlEvent event, ChannelSelector selector, ByteBuf out) {
        writeEvent(event, out);
    }

    /** Writes what keeps an idle stream alive. It cannot be mistaken for a message. */
    void writeKeepAlive(ByteBuf out);
}
