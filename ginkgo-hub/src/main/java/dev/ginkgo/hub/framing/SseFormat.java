package dev.ginkgo.hub.framing;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ginkgo.hub.log.StoredMessage;
import io.netty.buffer.ByteBuf;

/**
 * Server-sent events as WHATWG's HTML standard has them. Each message has its {@code id:}. Line feeds split the data
 * into several {@code data:} lines, which the receiver joins again. The receiver would turn a CR into a line feed, and
 * some lose a NUL, so a message with one of these, bytes, and what may be of several channels come as event {@code
 * json}: the object that NDJSON has.
 */
final class SseFormat implements BodyFormat {
    private static final byte[] ID = "id: ".getBytes(UTF_8);
    private static final byte[] EVENT = "event: ".getBytes(UTF_8);
    private static final byte[] DATA = "data: ".getBytes(UTF_8);
    private static final byte[] RETRY = "retry: ".getBytes(UTF_8);
    private static final byte[] AS_JSON = "json".getBytes(UTF_8);
    private static final byte[] NOTHING = ":\n\n".getBytes(UTF_8);

    @Override
    public void writeMessage(StoredMessage message, boolean alone, ByteBuf out) {
        line(ID, message.id().getBytes(UTF_8), out);
        byte[] bytes = message.payloadBytes();
        if (!alone || message.isBinary() || !isPlain(bytes)) {
            line(EVENT, AS_JSON, out);
            out.writeBytes(DATA);
            MessageJson.writeMessage(message, alone, out);
            out.writeByte('\n');
        } else {
            data(bytes, out);
        }
        out.writeByte('\n');
    }

    private static boolean isPlain(byte[] bytes) {
        for (byte b : bytes) {
            if (b == '\r' || b == 0) {
                return false;
            }
        }
        return true;
    }

    private static void data(byte[] bytes, ByteBuf out) {
        int from = 0;
        for (int i = 0; i <= bytes.length; i++) {
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
        out.writeBytes(NOTHING);
    }

    private static void line(byte[] field, byte[] value, ByteBuf out) {
        out.writeBytes(field).writeBytes(value).writeByte('\n');
    }
}
