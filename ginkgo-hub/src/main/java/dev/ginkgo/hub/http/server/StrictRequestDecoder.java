package dev.ginkgo.hub.http.server;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequestDecoder;
import java.util.regex.Pattern;

/**
 * Decodes requests, and rejects those that two implementations could parse differently, which allows request smuggling
 * (RFC 9112, section 11.2): {@code Content-Length} together with chunks, two lengths, a bare line feed in the head, a
 * malformed chunk, anything but a single space between the parts of the request line.
 */
final class StrictRequestDecoder extends HttpRequestDecoder {
    static final int MAX_LINE = 8 * 1024;
    static final int MAX_HEADERS = 16 * 1024;
    private static final int MAX_CHUNK = 64 * 1024;

    private static final Pattern VERSION = Pattern.compile("HTTP/\\d\\.\\d");

    private final Runnable onBytes;
    private int endOfPart;

    /**
     * @param onBytes called when bytes have been received, before they are decoded
     */
    StrictRequestDecoder(Runnable onBytes) {
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
        if (!VERSION.matcher(version).matches()) {
            throw new IllegalArgumentException("\"" + version + "\" is not an HTTP version");
        }
        return version;
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
