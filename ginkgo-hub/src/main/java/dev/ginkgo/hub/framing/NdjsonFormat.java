package dev.ginkgo.hub.framing;

import dev.ginkgo.hub.log.StoredMessage;
import io.netty.buffer.ByteBuf;

/** NDJSON: one JSON object per line. */
final class NdjsonFormat implements BodyFormat {
    @Override
    public void writeMessage(StoredMessage message, boolean alone, ByteBuf out) {
        MessageJson.writeMessage(message, alone, out);
        out.writeByte('\n');
    }

    @Override
    public void writeEvent(ControlEvent event, ByteBuf out) {
        MessageJson.writeEvent(event, out);
        out.writeByte('\n');
    }

    @Override
    public void writeKeepAlive(ByteBuf out) {
        writeEvent(new ControlEvent.Heartbeat(), out);
    }
}
