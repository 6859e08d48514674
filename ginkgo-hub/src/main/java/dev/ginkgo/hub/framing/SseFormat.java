package dev.ginkgo.hub.framing;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ginkgo.hub.log.StoredMessage;
import io.netty.buffer.ByteBuf;

/**
 * Server-sent events as defined by the HTML standard. Each message has an {@code id:} field. A payload with line feeds
 * is split into several {@code data:} lines, which the receiver joins again. A receiver turns a CR into a line feed,
 * some drop a NUL, and some split lines at other line ends of Unicode. So messages with one of these, binary messages, and
 * messages of several channels are sent as event {@code json}, with the same object as in NDJSON.
 */
final class SseFormat implements BodyFormat {
    private static final byte[] ID = "id: ".getBytes(UTF_8);
    private static final byte[] EVENT = "event: ".getBytes(UTF_8);
    private static final byte[] DATA = "data: ".getBytes(UTF_8);
    private static final byte[] RETRY = "retry: ".getBytes(UTF_8);
    private static final byte[] JSON_EVENT = "json".getBytes(UTF_8);

    /** A line, and no empty line after it, for which some clients report an event without data. */
    private static final byte[] EMPTY_COMMENT = ":\n".getBytes(UTF_8);

    @Override
    public void writeMessage(StoredMessage message, boolean alone, ByteBuf out) {
        if (plainLength(message, alone) >= 0) {
            writePlain(message, out);
            return;
        }
        id(message, out);
        line(EVENT, JSON_EVENT, out);
        out.writeBytes(DATA);
        MessageJson.writeMessage(message, alone, out);
        out.writeByte('\n').writeByte('\n');
    }

    @Override
    public int plainLength(StoredMessage message, boolean alone) {
        byte[] bytes = message.payloadBytes();
        long lines = alone && !message.isBinary() ? plainLines(bytes) : -1;
        if (lines < 0) {
            return -1;
        }
        // each line feed of the payload ends a line, and so does one after the payload
        long length = ID.length + message.id().length() + 1 + lines * DATA.length + bytes.length + 1 + 1;
        return length > Integer.MAX_VALUE ? -1 : (int) length;
    }

    @Override
    public void writePlain(StoredMessage message, ByteBuf out) {
        id(message, out);
        data(message.payloadBytes(), out);
        out.writeByte('\n');
    }

    private static void id(StoredMessage message, ByteBuf out) {
        out.writeBytes(ID).writeCharSequence(message.id(), US_ASCII);
        out.writeByte('\n');
    }

    /** Returns into how many lines a payload is split; -1 if it must be sent as JSON. */
    private static long plainLines(byte[] bytes) {
        long lines = 1;
        for (int i = TextScan.endOfPlainRun(bytes, 0); i < bytes.length; i = TextScan.endOfPlainRun(bytes, i + 1)) {
            if (bytes[i] == '\n') {
                lines++;
            } else if (bytes[i] == '\r' || bytes[i] == 0 || UnicodeLineEnds.lengthAt(bytes, i) > 0) {
                return -1;
            }
        }
        return lines;
    }

    private static void data(byte[] bytes, ByteBuf out) {
        int from = 0;
        for (int i = TextScan.endOfPlainRun(bytes, 0); i <= bytes.length; i++) {
            if (i == bytes.length || bytes[i] == '\n') {
                out.writeBytes(DATA).writeBytes(bytes, from, i - from).writeByte('\n');
                from = i + 1;
            }
        }
    }

    @Override
    public void writeEvent(ControlEvent event, ByteBuf out) {
        line(EVENT, event.name().getBytes(UTF_8), out);
        if (!event.id().isEmpty()) {
            line(ID, event.id().getBytes(UTF_8), out);
        }
        if (event instanceof ControlEvent.Bye bye) {
            line(RETRY, Long.toString(bye.retryMillis()).getBytes(UTF_8), out);
        }
        out.writeBytes(DATA);
        MessageJson.writeMembers(event, out);
        out.writeByte('\n').writeByte('\n');
    }

    @Override
    public void writeKeepAlive(ByteBuf out) {
        out.writeBytes(EMPTY_COMMENT);
    }

    private static void line(byte[] field, byte[] value, ByteBuf out) {
        out.writeBytes(field).writeBytes(value).writeByte('\n');
    }
}
