package dev.ginkgo.hub.framing;

import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.log.StoredMessage;
import io.netty.buffer.ByteBuf;

/**
 * The subprotocol {@code ginkgo.v1}: one JSON object in each WebSocket frame, with the member {@code type}. Messages and the
 * events of a subscription have the member {@code subscription}, the text of its selector: so subscribers of the same channels
 * share encoded messages, although each connection has several subscriptions.
 */
final class SocketFormat implements BodyFormat {
    @Override
    public void writeMessage(StoredMessage message, boolean alone, ByteBuf out) {
        MessageJson.writeMessage(message, message.channel(), out);
    }

    @Override
    public void writeMessage(StoredMessage message, ChannelSelector selector, ByteBuf out) {
        MessageJson.writeMessage(message, selector.text(), out);
    }

    @Override
    public void writeEvent(ControlEvent event, ByteBuf out) {
        MessageJson.writeEvent(event, null, out);
    }

    @Override
    public void writeEvent(ControlEvent event, ChannelSelector selector, ByteBuf out) {
        MessageJson.writeEvent(event, selector.text(), out);
    }

    @Override
    public void writeKeepAlive(ByteBuf out) {
        writeEvent(new ControlEvent.Heartbeat(), out);
    }
}
