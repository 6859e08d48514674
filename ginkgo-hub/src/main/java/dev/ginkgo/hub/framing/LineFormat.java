package dev.ginkgo.hub.framing;

import dev.ginkgo.hub.log.StoredMessage;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * Plain payloads. What would be ambiguous in plain form is written as JSON after the record separator U+001E, as in RFC
 * 7464: control events, messages of several channels, binary messages (only if {@code lines}), and messages that are
 * empty, contain CR, LF or NUL, or start with the separator itself.
 */
final class LineFormat implements BodyFormat {
    static final byte RECORD_SEPARATOR = 0x1e;

    private final boolean lines;
    private final boolean ids;

    private LineFormat(boolean lines, boolean ids) {
        this.lines = lines;
        this.ids = ids;
    }

    /** Returns the format in which each message ends with a line feed, and binary payloads are base64-encoded. */
    static LineFormat lines() {
        return new LineFormat(true, false);
    }

    /** Returns the format {@link #lines} in which a plain payload follows its message id and a tab, which no id contains. */
    static LineFormat linesWithIds() {
        return new LineFormat(true, true);
    }

    /** Returns the format in which the frames separate the messages. */
    static LineFormat frames() {
        return new LineFormat(false, false);
    }

    @Override
    public void writeMessage(StoredMessage message, boolean alone, ByteBuf out) {
        if (plainLength(message, alone) >= 0) {
            writePlain(message, out);
        } else {
            out.writeByte(RECORD_SEPARATOR);
            MessageJson.writeMessage(message, alone, out);
            end(out);
        }
    }

    @Override
    public int plainLength(StoredMessage message, boolean alone) {
        byte[] bytes = message.payloadBytes();
        if (!alone || !(message.isBinary() ? !lines : isPlain(bytes))) {
            return -1;
        }
        return (ids ? message.id().length() + 1 : 0) + bytes.length + (lines ? 1 : 0);
    }

    @Override
    public void writePlain(StoredMessage message, ByteBuf out) {
        if (ids) {
            out.writeCharSequence(message.id(), StandardCharsets.US_ASCII);
            out.writeByte('\t');
        }
        out.writeBytes(message.payloadBytes());
        end(out);
    }

    @Override
    public boolean isBinary(StoredMessage message, boolean alone) {
        return alone && message.isBinary() && !lines;
    }

    private static boolean isPlain(byte[] bytes) {
        if (bytes.length == 0 || bytes[0] == RECORD_SEPARATOR) {
            return false;
        }
        for (int i = TextScan.endOfPlainRun(bytes, 0); i < bytes.length; i++) {
            byte b = bytes[i];
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
