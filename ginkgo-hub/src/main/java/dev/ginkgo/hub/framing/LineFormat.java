package dev.ginkgo.hub.framing;

import dev.ginkgo.hub.log.StoredMessage;
import io.netty.buffer.ByteBuf;

/**
 * Plain payloads. What would be ambiguous in plain form is written as JSON after the record separator U+001E, as in RFC
 * 7464: control events, messages of several channels, binary messages (only if {@code lines}), and messages that are
 * empty, contain CR, LF or NUL, or start with the separator itself.
 */
final class LineFormat implements BodyFormat {
    static final byte RECORD_SEPARATOR = 0x1e;

    private final boolean lines;

    /**
     * Creates the format.
     *
     * @param lines whether each message ends with a line feed, and binary payloads are base64-encoded; otherwise the
     *     frames separate the messages
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
