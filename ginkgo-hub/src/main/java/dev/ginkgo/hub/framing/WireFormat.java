package dev.ginkgo.hub.framing;

import dev.ginkgo.hub.log.StoredMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Locale;
import java.util.function.Consumer;

/** How messages go over a connection: a format on a carrier. */
public enum WireFormat {
    /** A line a message, {@code text/plain}, on chunks. */
    LINES(new LineFormat(true), FrameEncoder.CHUNK),
    /** Server-sent events, {@code text/event-stream}, on chunks. */
    SSE(new SseFormat(), FrameEncoder.CHUNK),
    /** A JSON object a line, {@code application/x-ndjson}, on chunks. */
    NDJSON(new NdjsonFormat(), FrameEncoder.CHUNK),
    /** A WebSocket frame a message: text or binary. */
    WEBSOCKET(new LineFormat(false), FrameEncoder.WEBSOCKET);

    @SuppressWarnings("ImmutableEnumChecker") // a format has no state that changes
    private final BodyFormat bodyFormat;

    private final FrameEncoder encoder;

    WireFormat(BodyFormat bodyFormat, FrameEncoder frameEncoder) {
        this.bodyFormat = bodyFormat;
        this.encoder = frameEncoder;
    }

    /** Its name, as {@code ?as=} knows it. */
    public String parameterValue() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Writes what is to be framed; the first half of a message, because its length is needed for the other.
     *
     * @param alone whether all are of one channel
     */
    public void encodeBody(StoredMessage message, boolean alone, ByteBuf out) {
        bodyFormat.writeMessage(message, alone, out);
    }

    /** Writes the second half: the frame around such a body, which it reads off. */
    public void encodeFrame(StoredMessage message, boolean alone, ByteBuf body, ByteBuf out) {
        encoder.writeFrame(body, alone && message.isBinary(), out);
    }

    /** A control event, framed. */
    public ByteBuf encodeEvent(ControlEvent event) {
        return encode(out -> bodyFormat.writeEvent(event, out));
    }

    /** What keeps an idle stream alive, framed. */
    public ByteBuf encodeKeepAlive() {
        ByteBuf out = Unpooled.buffer();
        encoder.writePing(out);
        return Unpooled.wrappedBuffer(out, encode(bodyFormat::writeKeepAlive));
    }

    /** The end of a stream: the event that says so, and what the carrier needs. */
    public ByteBuf encodeBye(ControlEvent.Bye bye) {
        ByteBuf end = Unpooled.buffer();
        encoder.writeEnd(bye.reason(), end);
        return Unpooled.wrappedBuffer(encodeEvent(bye), end);
    }

    /** The end of what is no stream, and needs no event. */
    public ByteBuf encodeEnd() {
        ByteBuf end = Unpooled.buffer();
        encoder.writeEnd("", end);
        return end;
    }

    /** Whether the stream begins with the event that says so. A plain reader of lines sees plain lines. */
    public boolean sendsStartEvent() {
        return this != LINES;
    }

    private ByteBuf encode(Consumer<ByteBuf> writer) {
        ByteBuf body = Unpooled.buffer();
        writer.accept(body);
        ByteBuf out = Unpooled.buffer(body.readableBytes() + FrameEncoder.OVERHEAD);
        encoder.writeFrame(body, false, out);
        return out;
    }
}
