package dev.ginkgo.hub;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequestDecoder;

/**
 * Reads requests, and refuses what two readers could understand differently (RFC 9112, section 11.2): a length beside
 * chunks, two lengths, a bare line feed in a head, a chunk that is none.
 */
final class StrictDecoder extends HttpRequestDecoder {
    static final int MAX_LINE = 8 * 1024;
    static final int MAX_HEADERS = 16 * 1024;
    private static final int MAX_CHUNK = 64 * 1024;

    private final Runnable onBytes;

    /**
     * @param onBytes called when anything has come in, before it is looked at
     */
    StrictDecoder(Runnable onBytes) {
        super(new HttpDecoderConfig()
                .setMaxInitialLineLength(MAX_LINE)
                .setMaxHeaderSize(MAX_HEADERS)
                .setMaxChunkSize(MAX_CHUNK)
                .setValidateHeaders(true)
                .setAllowDuplicateContentLengths(false)
                .setStrictLineParsing(true)
                .setUseRfc9112TransferEncoding(true));
        this.onBytes = onBytes;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        onBytes.run();
        super.channelRead(context, message);
    }

    @Override
    protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
        throw new IllegalArgumentException("both Content-Length and Transfer-Encoding are given");
    }
}
