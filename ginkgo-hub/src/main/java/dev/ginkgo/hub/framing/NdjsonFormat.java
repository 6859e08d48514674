package dev.ginkgo.hub.framing;

import dev.ginkgo.hub.log.StoredMessage;
import io.netty.buffer.ByteBuf;

/** One JSON object per message: on a line of its own, as NDJSON, or in a frame of its own. */
final class NdjsonFormat implements BodyFormat {
    private final boolean lines;

    /**
     * Creates the format.
     *
     * @param lines whether each object ends with a line feed; otherwise the frames separate the objects
     */
    NdjsonFormat(boolean lines) {
        this.lines = lines;
    }

    @Override
    public void writeMessage(StoredMessage message, boolean alone, ByteBuf out) {
        MessageJson.writeMessage(message, alone, out);
        end(out);
    }

    @Override
    public void writeEvent(ControlEvent event, ByteBuf out) {
        MessageJson.writeEvent(event, out);
        end(out);
    }

    @Override
    public void writeKeepAlive(ByteBuf out) {
        writeEvent(new ControlEvent.Heartbeat(), out);
    }

    private void end(ByteBuf out) {
        if (lines) {
            out.writeByte('\n');
        }
    }
}
