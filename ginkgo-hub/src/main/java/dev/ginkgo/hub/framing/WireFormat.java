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
    private final BodyFormat format;

    private final FrameEncoder carrier;

    WireFormat(BodyFormat format, FrameEncoder carrier) {
        this.format = format;
        this.carrier = carrier;
    }

    /** Its name, as {@code ?as=} knows it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Writes what is to be framed; the first half of a message, because its length is needed for the other.
     *
     * @param alone whether all are of one channel
     */
    public void body(StoredMessage message, boolean alone, ByteBuf out) {
        format.message(message, alone, out);
    }

    /** Writes the second half: the frame around such a body, which it reads off. */
    public void frame(StoredMessage message, boolean alone, ByteBuf body, ByteBuf out) {
        carrier.frame(body, alone && message.isBinary(), out);
    }

    /** A control event, framed. */
    public ByteBuf event(ControlEvent event) {
        return framed(out -> format.event(event, out));
    }

    /** What keeps an idle stream alive, framed. */
    public ByteBuf keepAlive() {
        ByteBuf out = Unpooled.buffer();
        carrier.ping(out);
        return Unpooled.wrappedBuffer(out, framed(format::keepAlive));
    }

    /** The end of a stream: the event that says so, and what the carrier needs. */
    public ByteBuf bye(ControlEvent.Bye bye) {
        ByteBuf end = Unpooled.buffer();
        carrier.end(bye.reason(), end);
        return Unpooled.wrappedBuffer(event(bye), end);
    }

    /** The end of what is no stream, and needs no event. */
    public ByteBuf end() {
        ByteBuf end = Unpooled.buffer();
        carrier.end("", end);
        return end;
    }

    /** Whether the stream begins with the event that says so. A plain reader of lines sees plain lines. */
    public boolean saysStart() {
        return this != LINES;
    }

    private ByteBuf framed(Consumer<ByteBuf> writer) {
        ByteBuf body = Unpooled.buffer();
        writer.accept(body);
        ByteBuf out = Unpooled.buffer(body.readableBytes() + FrameEncoder.OVERHEAD);
        carrier.frame(body, false, out);
        return out;
    }
}
