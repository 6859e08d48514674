package dev.ginkgo.hub;

import io.netty.buffer.ByteBuf;

/** A JSON object a line, always. */
final class NdjsonFormat implements Format {
    @Override
    public void message(StoredMessage message, boolean alone, ByteBuf out) {
        MessageJson.message(message, alone, out);
        out.writeByte('\n');
    }

    @Override
    public void event(Control event, ByteBuf out) {
        MessageJson.event(event, out);
        out.writeByte('\n');
    }

    @Override
    public void keepAlive(ByteBuf out) {
        event(new Control.Heartbeat(), out);
    }
}
