package dev.ginkgo.hub.framing;

import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.log.StoredMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Locale;
import java.util.function.Consumer;

/** Wire format of a stream: a body format and its framing. */
public enum WireFormat {
    /** One line per message, {@code text/plain}, in HTTP chunks. */
    LINES(LineFormat.lines(), FrameEncoder.CHUNK),
    /** As {@link #LINES}, with the id of each message, so that a subscriber can resume. */
    LINES_WITH_IDS(LineFormat.linesWithIds(), FrameEncoder.CHUNK),
    /** Server-sent events, {@code text/event-stream}, in HTTP chunks. */
    SSE(new SseFormat(), FrameEncoder.CHUNK),
    /** One JSON object per line, {@code application/x-ndjson}, in HTTP chunks. */
    NDJSON(new NdjsonFormat(true), FrameEncoder.CHUNK),
    /** One WebSocket frame per message: text or binary. */
    WEBSOCKET(LineFormat.frames(), FrameEncoder.WEBSOCKET),
    /** One WebSocket text frame per message, with the same JSON object as in NDJSON. */
    WEBSOCKET_NDJSON(new NdjsonFormat(false), FrameEncoder.WEBSOCKET),
    /** WebSocket text frames of the subprotocol {@code ginkgo.v1}: JSON objects that name their subscription. */
    GINKGO_V1(new SocketFormat(), FrameEncoder.WEBSOCKET),
    /** As {@link #LINES}, in a stream of HTTP/2. */
    HTTP2_LINES(LineFormat.lines(), FrameEncoder.NONE),
    /** As {@link #LINES_WITH_IDS}, in a stream of HTTP/2. */
    HTTP2_LINES_WITH_IDS(LineFormat.linesWithIds(), FrameEncoder.NONE),
    /** As {@link #SSE}, in a stream of HTTP/2. */
    HTTP2_SSE(new SseFormat(), FrameEncoder.NONE),
    /** As {@link #NDJSON}, in a stream of HTTP/2. */
    HTTP2_NDJSON(new NdjsonFormat(true), FrameEncoder.NONE);

    @SuppressWarnings("ImmutableEnumChecker") // formats are immutable
    private final BodyFormat bodyFormat;

    private final FrameEncoder encoder;

    WireFormat(BodyFormat bodyFormat, FrameEncoder frameEncoder) {
        this.bodyFormat = bodyFormat;
        this.encoder = frameEncoder;
    }

    /** Returns the same format for a protocol that frames bodies itself: without HTTP chunks. */
    public WireFormat withoutChunks() {
        return switch (this) {
            case LINES -> HTTP2_LINES;
            case LINES_WITH_IDS -> HTTP2_LINES_WITH_IDS;
            case SSE -> HTTP2_SSE;
            case NDJSON -> HTTP2_NDJSON;
            default -> this;
        };
    }

    /** Returns the name of the format on the hub's pages. */
    public String displayName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Writes the body of a message. It is encoded before the frame because the frame contains its length.
     *
     * @param alone whether the stream contains only one channel
     */
    public void encodeBody(StoredMessage message, boolean alone, ByteBuf out) {
        bodyFormat.writeMessage(message, alone, out);
    }

    /**
     * Writes the body of a message for the subscribers of a selector.
     *
     * @param selector what they have subscribed to
     */
    public void encodeBody(StoredMessage message, ChannelSelector selector, ByteBuf out) {
        bodyFormat.writeMessage(message, selector, out);
    }

    /** Writes the frame around an encoded body, and consumes the body. */
    public void encodeFrame(StoredMessage message, boolean alone, ByteBuf body, ByteBuf out) {
        encoder.writeFrame(body, bodyFormat.isBinary(message, alone), out);
    }

    /** Returns a control event in its frame. */
    public ByteBuf encodeEvent(ControlEvent event) {
        return encode(out -> bodyFormat.writeEvent(event, out));
    }

    /** Returns a control event for the subscribers of a selector, in its frame. */
    public ByteBuf encodeEvent(ControlEvent event, ChannelSelector selector) {
        return encode(out -> bodyFormat.writeEvent(event, selector, out));
    }

    /** Returns a text that is neither a message nor a control event, in its frame. */
    public ByteBuf encodeText(byte[] utf8, int length) {
        return encode(out -> out.writeBytes(utf8, 0, length));
    }

    /** Returns the keep-alive in its frame. */
    public ByteBuf encodeKeepAlive() {
        ByteBuf out = Unpooled.buffer();
        encoder.writePing(out);
        return Unpooled.wrappedBuffer(out, encode(bodyFormat::writeKeepAlive));
    }

    /** Returns the end of a stream: the event that announces it, and the end of the framing. */
    public ByteBuf encodeBye(ControlEvent.Bye bye) {
        ByteBuf end = Unpooled.buffer();
        encoder.writeEnd(bye.reason(), end);
        return Unpooled.wrappedBuffer(encodeEvent(bye), end);
    }

    /** Returns the end of a response that is not a stream and needs no event. */
    public ByteBuf encodeEnd() {
        ByteBuf end = Unpooled.buffer();
        encoder.writeEnd("", end);
        return end;
    }

    /**
     * Returns whether a stream starts with a {@code start} event. Plain lines do not, so that simple clients receive
     * only messages.
     */
    public boolean sendsStartEvent() {
        return this != LINES && this != HTTP2_LINES;
    }

    private ByteBuf encode(Consumer<ByteBuf> writer) {
        ByteBuf body = Unpooled.buffer();
        writer.accept(body);
        ByteBuf out = Unpooled.buffer(body.readableBytes() + FrameEncoder.OVERHEAD);
        encoder.writeFrame(body, false, out);
        return out;
    }
}
