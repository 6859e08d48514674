package dev.ginkgo.hub.http.h1;

import dev.ginkgo.hub.http.server.RequestValidator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/**
 * Decodes requests, and rejects those that two implementations could parse differently, which allows request smuggling
 * (RFC 9112, section 11.2): {@code Content-Length} together with chunks, two lengths, a bare line feed in the head, a
 * folded line, a malformed chunk, anything but a single space between the parts of the request line.
 *
 * <p>Decodes in turns: after a number of parts of requests, or when the connection does not accept requests, the remaining
 * bytes stay in the buffer and nothing more is read, until {@link #startTurn} is called.
 */
final class StrictRequestDecoder extends HttpRequestDecoder {
    private static final int MAX_CHUNK = 64 * 1024;

    private final Runnable onBytes;
    private final BooleanSupplier accepting;
    private final IntSupplier partsPerTurn;
    private final MessageSyntax syntax = new MessageSyntax();
    private int endOfPart;
    private int lengths;
    private boolean failed;
    private int partsLeft;
    private int partsDecoded;
    private boolean betweenTurns = true;
    private boolean mayContinue; // the bytes in the buffer may contain a whole part

    /**
     * @param onBytes called when bytes have been received, before they are decoded
     * @param accepting returns whether the connection accepts requests now
     * @param partsPerTurn returns how many heads and parts of bodies are decoded in one turn
     */
    StrictRequestDecoder(Runnable onBytes, BooleanSupplier accepting, IntSupplier partsPerTurn) {
        super(new HttpDecoderConfig()
                .setMaxInitialLineLength(RequestValidator.MAX_LINE)
                .setMaxHeaderSize(RequestValidator.MAX_HEADERS)
                .setMaxChunkSize(MAX_CHUNK)
                .setValidateHeaders(true)
                .setAllowDuplicateContentLengths(false)
                .setStrictLineParsing(true)
                .setUseRfc9112TransferEncoding(true));
        this.onBytes = onBytes;
        this.accepting = accepting;
        this.partsPerTurn = partsPerTurn;
        setSingleDecode(true);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        onBytes.run();
        if (betweenTurns) {
            betweenTurns = false;
            partsLeft = partsPerTurn.getAsInt();
        }
        super.channelRead(context, message);
        decodeBuffered(context);
    }

    /** Decodes what is in the buffer, in a new turn. */
    void startTurn(ChannelHandlerContext context) throws Exception {
        partsLeft = partsPerTurn.getAsInt();
        decodeBuffered(context);
    }

    private void decodeBuffered(ChannelHandlerContext context) throws Exception {
        while (hasUndecoded() && partsLeft > 0 && accepting.getAsBoolean()) {
            super.channelRead(context, Unpooled.EMPTY_BUFFER);
        }
        if (hasUndecoded()) {
            context.channel().config().setAutoRead(false);
        }
    }

    /** Returns whether the buffer may contain a whole part that the turn or the connection did not admit. Event loop only. */
    boolean hasUndecoded() {
        return mayContinue && actualReadableBytes() > 0;
    }

    /** Returns how many heads and parts of bodies have been decoded since the last call. Event loop only. */
    int takePartsDecoded() {
        int decoded = partsDecoded;
        partsDecoded = 0;
        return decoded;
    }

    /** Decodes one part. */
    @Override
    protected void callDecode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        mayContinue = true;
        if (accepting.getAsBoolean()) {
            partsLeft--;
            partsDecoded++;
            super.callDecode(context, in, out);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) throws Exception {
        betweenTurns = true;
        super.channelReadComplete(context);
    }

    /** Passes the event on. The superclass would decode the buffer as if the connection was closed. */
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        context.fireUserEventTriggered(event);
    }

    /** Returns whether a part of a request has been received, but not all of it. Event loop only. */
    boolean isInsideRequest() {
        return !failed && (syntax.isStarted() || actualReadableBytes() > 0);
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws Exception {
        if (failed) {
            in.skipBytes(in.readableBytes());
            return;
        }
        int from = in.readerIndex();
        int known = out.size();
        super.decode(context, in, out);
        mayContinue = out.size() > known || in.readerIndex() != from;
        for (int i = known; i < out.size(); i++) {
            failed |= ((HttpObject) out.get(i)).decoderResult().isFailure();
        }
        String problem = failed ? null : syntax.check(in, from, in.readerIndex());
        if (problem != null) {
            failed = true;
            while (out.size() > known) {
                ReferenceCountUtil.release(out.removeLast());
            }
            out.add(invalid(problem));
            return;
        }
        for (int i = known; i < out.size(); i++) {
            if (out.get(i) instanceof HttpRequest request) {
                lengths = 0;
                syntax.startBody(HttpUtil.isTransferEncodingChunked(request));
            }
            if (out.get(i) instanceof LastHttpContent) {
                syntax.startHead();
            }
        }
    }

    private HttpObject invalid(String problem) {
        HttpObject invalid =
                syntax.isInHead() ? createInvalidMessage() : new DefaultLastHttpContent(Unpooled.EMPTY_BUFFER);
        invalid.setDecoderResult(DecoderResult.failure(new IllegalArgumentException(problem)));
        return invalid;
    }

    /** Rejects a second {@code Content-Length}; the decoder does so in HTTP/1.1 only. */
    @Override
    protected AsciiString splitHeaderName(byte[] line, int start, int length) {
        AsciiString name = super.splitHeaderName(line, start, length);
        if (syntax.isInHead() && name.contentEqualsIgnoreCase(HttpHeaderNames.CONTENT_LENGTH) && ++lengths > 1) {
            throw new IllegalArgumentException("more than one Content-Length is present");
        }
        return name;
    }

    // The following overrides check that the parts of the request line are separated by a single space.

    @Override
    protected String splitFirstWordInitialLine(byte[] line, int start, int length) {
        if (start != 0) {
            throw new IllegalArgumentException("whitespace before the method");
        }
        endOfPart = start + length;
        return super.splitFirstWordInitialLine(line, start, length);
    }

    @Override
    protected String splitSecondWordInitialLine(byte[] line, int start, int length) {
        requireOneSpace(line, start);
        endOfPart = start + length;
        return super.splitSecondWordInitialLine(line, start, length);
    }

    @Override
    protected String splitThirdWordInitialLine(byte[] line, int start, int length) {
        requireOneSpace(line, start);
        String version = super.splitThirdWordInitialLine(line, start, length);
        if (!isVersion(version)) {
            throw new IllegalArgumentException("\"" + version + "\" is not an HTTP version");
        }
        return version;
    }

    private static boolean isVersion(String text) {
        return text.length() == 8
                && text.startsWith("HTTP/")
                && isDigit(text.charAt(5))
                && text.charAt(6) == '.'
                && isDigit(text.charAt(7));
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private void requireOneSpace(byte[] line, int start) {
        if (start != endOfPart + 1 || line[endOfPart] != ' ') {
            throw new IllegalArgumentException("method, target and version must be separated by a single space");
        }
    }

    @Override
    protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
        throw new IllegalArgumentException("both Content-Length and Transfer-Encoding are present");
    }
}
