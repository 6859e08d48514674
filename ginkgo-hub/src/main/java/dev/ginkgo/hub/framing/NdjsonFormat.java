package dev.ginkgo.hub.framing;

import dev.ginkgo.hub.log.StoredMessage;
import io.netty.buffer.ByteBuf;

/** A JSON object a line, always. */
final class NdjsonFormat implements BodyFormat {
    @Override
    public void message(StoredMessage message, boolean alone, ByteBuf out) {
        MessageJson.message(message, alone, out);
        out.writeByte('\n');
    }

    @Override
    public void event(ControlEvent event, ByteBuf out) {
        MessageJson.event(event, out);
        out.writeByte('\n');
    }

    @Override
    public void keepAlive(ByteBuf out) {
        event(new ControlEvent.Heartbeat(), out);
    }
}
