package dev.ginkgo.hub.framing;

import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.compression.Compressor;
import dev.ginkgo.hub.log.StoredMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

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
    HTTP2_NDJSON(new NdjsonFormat(true), FrameEncoder.NONE),
    /** As {@link #LINES}, with {@code Content-Encoding: gzip}. */
    GZIP_LINES(LineFormat.lines(), Compression.BLOCKS, FrameEncoder.CHUNK),
    /** As {@link #LINES_WITH_IDS}, with {@code Content-Encoding: gzip}. */
    GZIP_LINES_WITH_IDS(LineFormat.linesWithIds(), Compression.BLOCKS, FrameEncoder.CHUNK),
    /** As {@link #SSE}, with {@code Content-Encoding: gzip}. */
    GZIP_SSE(new SseFormat(), Compression.BLOCKS, FrameEncoder.CHUNK),
    /** As {@link #NDJSON}, with {@code Content-Encoding: gzip}. */
    GZIP_NDJSON(new NdjsonFormat(true), Compression.BLOCKS, FrameEncoder.CHUNK),
    /** As {@link #GZIP_LINES}, in a stream of HTTP/2. */
    HTTP2_GZIP_LINES(LineFormat.lines(), Compression.BLOCKS, FrameEncoder.NONE),
    /** As {@link #GZIP_LINES_WITH_IDS}, in a stream of HTTP/2. */
    HTTP2_GZIP_LINES_WITH_IDS(LineFormat.linesWithIds(), Compression.BLOCKS, FrameEncoder.NONE),
    /** As {@link #GZIP_SSE}, in a stream of HTTP/2. */
    HTTP2_GZIP_SSE(new SseFormat(), Compression.BLOCKS, FrameEncoder.NONE),
    /** As {@link #GZIP_NDJSON}, in a stream of HTTP/2. */
    HTTP2_GZIP_NDJSON(new NdjsonFormat(true), Compression.BLOCKS, FrameEncoder.NONE),
    /** As {@link #WEBSOCKET}, with messages that are compressed one by one (RFC 7692). */
    DEFLATED_WEBSOCKET(LineFormat.frames(), Compression.MESSAGES, FrameEncoder.WEBSOCKET),
    /** As {@link #WEBSOCKET_NDJSON}, with messages that are compressed one by one (RFC 7692). */
    DEFLATED_WEBSOCKET_NDJSON(new NdjsonFormat(false), Compression.MESSAGES, FrameEncoder.WEBSOCKET),
    /** As {@link #GINKGO_V1}, with messages that are compressed one by one (RFC 7692). */
    DEFLATED_GINKGO_V1(new SocketFormat(), Compression.MESSAGES, FrameEncoder.WEBSOCKET);

    /** What is compressed as a whole. */
    private enum Compression {
        NONE,

        /** Any number of frames: the encoder frames compressed blocks, and messages have no frames of their own. */
        BLOCKS,

        /** Each message in its frame. */
        MESSAGES
    }

    /** Shorter messages are sent as they are: compression would save no more than a few bytes. */
    private static final int MIN_COMPRESSED = 128;

    /** Length of what a compressed WebSocket message omits of its end (RFC 7692, section 7.2.1). */
    private static final int OMITTED = 4;

    @SuppressWarnings("ImmutableEnumChecker") // formats are immutable
    private final BodyFormat bodyFormat;

    private final Compression compression;
    private final FrameEncoder blockEncoder;
    private final FrameEncoder encoder;

    WireFormat(BodyFormat bodyFormat, FrameEncoder frameEncoder) {
        this(bodyFormat, Compression.NONE, frameEncoder);
    }

    WireFormat(BodyFormat bodyFormat, Compression compression, FrameEncoder frameEncoder) {
        this.bodyFormat = bodyFormat;
        this.compression = compression;
        this.blockEncoder = frameEncoder;
        this.encoder = compression == Compression.BLOCKS ? FrameEncoder.NONE : frameEncoder;
    }

    /** Returns the same format for a protocol that frames bodies itself: without HTTP chunks. */
    public WireFormat withoutChunks() {
        return switch (this) {
            case LINES -> HTTP2_LINES;
            case LINES_WITH_IDS -> HTTP2_LINES_WITH_IDS;
            case SSE -> HTTP2_SSE;
            case NDJSON -> HTTP2_NDJSON;
            case GZIP_LINES -> HTTP2_GZIP_LINES;
            case GZIP_LINES_WITH_IDS -> HTTP2_GZIP_LINES_WITH_IDS;
            case GZIP_SSE -> HTTP2_GZIP_SSE;
            case GZIP_NDJSON -> HTTP2_GZIP_NDJSON;
            default -> this;
        };
    }

    /** Returns the same format with compression: {@code gzip} for HTTP, {@code permessage-deflate} for a WebSocket. */
    public WireFormat compressed() {
        return switch (this) {
            case LINES -> GZIP_LINES;
            case LINES_WITH_IDS -> GZIP_LINES_WITH_IDS;
            case SSE -> GZIP_SSE;
            case NDJSON -> GZIP_NDJSON;
            case HTTP2_LINES -> HTTP2_GZIP_LINES;
            case HTTP2_LINES_WITH_IDS -> HTTP2_GZIP_LINES_WITH_IDS;
            case HTTP2_SSE -> HTTP2_GZIP_SSE;
            case HTTP2_NDJSON -> HTTP2_GZIP_NDJSON;
            case WEBSOCKET -> DEFLATED_WEBSOCKET;
            case WEBSOCKET_NDJSON -> DEFLATED_WEBSOCKET_NDJSON;
            case GINKGO_V1 -> DEFLATED_GINKGO_V1;
            default -> this;
        };
    }

    /**
     * Returns whether the stream is compressed in blocks of any number of messages. Then the methods that encode a frame return it
     * without the framing of the connection; {@link #encodeBlock} and {@link StreamEncoder} return blocks with it.
     */
    public boolean compressesBlocks() {
        return compression == Compression.BLOCKS;
    }

    /** Returns whether messages are compressed one by one, and one with this body is worth it. */
    public boolean compressesMessage(ByteBuf body) {
        return compression == Compression.MESSAGES
                && body.readableBytes() >= MIN_COMPRESSED
                && body.readableBytes() <= Compressor.MAX_INPUT;
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

    /**
     * Returns the length of the body of a message for {@link #encodePlain}; -1 if it must be encoded first, by {@link #encodeBody},
     * because its length is not known, or because it may be compressed.
     *
     * @param alone whether the stream contains only one channel
     */
    public int plainLength(StoredMessage message, boolean alone) {
        int length = bodyFormat.plainLength(message, alone);
        return compression == Compression.MESSAGES && length >= MIN_COMPRESSED ? -1 : length;
    }

    /**
     * Writes a frame with a message, whose payload is copied directly into it.
     *
     * @param length the {@link #plainLength} of the message
     */
    public void encodePlain(StoredMessage message, boolean alone, int length, ByteBuf out) {
        encoder.writeHead(length, bodyFormat.isBinary(message, alone), out);
        bodyFormat.writePlain(message, out);
        encoder.writeTail(out);
    }

    /** Writes the frame around an encoded body, and consumes the body. */
    public void encodeFrame(StoredMessage message, boolean alone, ByteBuf body, ByteBuf out) {
        encoder.writeFrame(body, bodyFormat.isBinary(message, alone), out);
    }

    /**
     * Returns the compressed body of a message, for {@link #encodeCompressedFrame}; or null if it is not shorter.
     *
     * @return valid until the next use of the compressor
     */
    public @Nullable ByteBuf compressBody(ByteBuf body, Compressor compressor) {
        ByteBuf compressed = compressor.compressWithSmallWindow(body);
        int length = compressed.readableBytes() - OMITTED;
        return length < body.readableBytes() ? compressed.writerIndex(compressed.readerIndex() + length) : null;
    }

    /** Writes the frame around a compressed body, and consumes the body. */
    public void encodeCompressedFrame(StoredMessage message, boolean alone, ByteBuf compressed, ByteBuf out) {
        encoder.writeCompressedFrame(compressed, bodyFormat.isBinary(message, alone), out);
    }

    /** Returns the length of the frame of compressed blocks. */
    public int blockLength(ByteBuf blocks) {
        return blockEncoder.frameLength(blocks.readableBytes());
    }

    /** Writes the frame around compressed blocks, and consumes them. */
    public void encodeBlock(ByteBuf blocks, ByteBuf out) {
        blockEncoder.writeFrame(blocks, false, out);
    }

    /** Writes the end of the framing of compressed blocks. */
    void encodeEndOfBlocks(ByteBuf out) {
        blockEncoder.writeEnd("", out);
    }

    /** Returns a control event in its frame. */
    public ByteBuf encodeEvent(ControlEvent event) {
        return encode(out -> bodyFormat.writeEvent(event, out));
    }

    /** Returns a control event for the subscribers of a selector, in its frame. */
    public ByteBuf encodeEvent(ControlEvent event, ChannelSelector selector) {
        return encode(out -> bodyFormat.writeEvent(event, selector, out));
    }

    /**
     * Returns a text that is neither a message nor a control event, in its frame.
     *
     * @param writer appends the text to a buffer on the heap
     */
    public ByteBuf encodeText(Consumer<ByteBuf> writer) {
        return encode(writer);
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
        return switch (this) {
            case LINES, HTTP2_LINES, GZIP_LINES, HTTP2_GZIP_LINES -> false;
            default -> true;
        };
    }

    private ByteBuf encode(Consumer<ByteBuf> writer) {
        ByteBuf body = Unpooled.buffer();
        writer.accept(body);
        ByteBuf out = Unpooled.buffer(body.readableBytes() + FrameEncoder.OVERHEAD);
        encoder.writeFrame(body, false, out);
        return out;
    }
}
