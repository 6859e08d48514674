package dev.ginkgo.hub.framing;

import dev.ginkgo.hub.log.StoredMessage;
import io.netty.buffer.ByteBuf;

/**
 * The payload as it came. What would not be told apart then (a control event, a message that is empty, holds CR, LF or
 * NUL, or begins with the mark itself, bytes, and any of several channels) is JSON behind the mark U+001E, which RFC
 * 7464 uses so.
 */
final class LineFormat implements BodyFormat {
    static final byte RECORD_SEPARATOR = 0x1e;

    private final boolean lines;

    /**
     * Makes the format.
     *
     * @param lines whether each ends with a line feed, and bytes are base64; else the carrier keeps them apart
     */
    LineFormat(boolean lines) {
        this.lines = lines;
    }

    @Override
    public void writeMessage(StoredMessage message, boolean alone, ByteBuf out) {
        byte[] bytes = message.payloadBytes();
        if (alone && (message.isBinary() ? !lines : isPlain(bytes))) {
            out.writeBytes(bytes);
        } else {
            out.writeByte(RECORD_SEPARATOR);
            MessageJson.writeMessage(message, alone, out);
        }
        end(out);
    }

    private static boolean isPlain(byte[] bytes) {
        if (bytes.length == 0 || bytes[0] == RECORD_SEPARATOR) {
            return false;
        }
        for (byte b : bytes) {
            if (b == '\r' || b == '\n' || b == 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void writeEvent(ControlEvent event, ByteBuf out) {
        out.writeByte(RECORD_SEPARATOR);
        MessageJson.writeEvent(event, out);
        end(out);
    }

    @Override
    public void writeKeepAlive(ByteBuf out) {
        if (lines) {
            end(out);
        } else {
            writeEvent(new ControlEvent.Heartbeat(), out);
        }
    }

    private void end(ByteBuf out) {
        if (lines) {
            out.writeByte('\n');
        }
    }
}
