package dev.ginkgo.hub.http.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** The body of a publish while it comes in: never more of it than the limit, and no memory for what is only promised. */
public final class RequestBody {
    private static final int INITIAL_CAPACITY = 1024;

    private final ByteBuf bytes;
    private final long limit;
    private final boolean binary;

    private RequestBody(ByteBuf bytes, long limit, boolean binary) {
        this.bytes = bytes;
        this.limit = limit;
        this.binary = binary;
    }

    /** Begins to take the body of a request, whose head says whether that makes sense. */
    public static RequestBody of(HttpRequest request, long limit, ByteBufAllocator allocator) throws ProblemException {
        HttpHeaders headers = request.headers();
        if (headers.contains(HttpHeaderNames.CONTENT_ENCODING)
                && !headers.containsValue(HttpHeaderNames.CONTENT_ENCODING, "identity", true)) {
            throw new ProblemException(
                    ProblemType.UNSUPPORTED_BODY, "a body is taken as it is; send it without Content-Encoding");
        }
        boolean binary = isBinary(headers.get(HttpHeaderNames.CONTENT_TYPE, ""));
        if (HttpUtil.getContentLength(request, 0L) > limit) {
            throw tooLarge(limit);
        }
        return new RequestBody(allocator.heapBuffer(INITIAL_CAPACITY), limit, binary);
    }

    void add(ByteBuf more) throws ProblemException {
        if (bytes.readableBytes() + (long) more.readableBytes() > limit) {
            throw tooLarge(limit);
        }
        bytes.writeBytes(more);
    }

    public boolean isBinary() {
        return binary;
    }

    /** All of it; a text is UTF-8. */
    public byte[] readAll() throws ProblemException {
        byte[] all = new byte[bytes.readableBytes()];
        bytes.readBytes(all);
        if (!binary) {
            requireUtf8(all);
        }
        return all;
    }

    void release() {
        bytes.release();
    }

    private static void requireUtf8(byte[] all) throws ProblemException {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(all));
        } catch (CharacterCodingException e) {
            throw new ProblemException(
                    ProblemType.UNSUPPORTED_BODY,
                    "the body is not UTF-8; send bytes of another kind as Content-Type: application/octet-stream");
        }
    }

    private static boolean isBinary(String contentType) throws ProblemException {
        String type = contentType.toLowerCase(Locale.ROOT);
        if (type.split(";", 2)[0].strip().equals("application/octet-stream")) {
            return true;
        }
        int charset = type.indexOf("charset=");
        if (charset >= 0) {
            String name = type.substring(charset + "charset=".length())
                    .split("[;\\s]", 2)[0]
                    .replace("\"", "");
            if (!name.equals("utf-8") && !name.equals("utf8") && !name.equals("us-ascii")) {
                throw new ProblemException(
                        ProblemType.UNSUPPORTED_BODY,
                        "texts are UTF-8, not " + name
                                + "; send bytes of another kind as Content-Type: application/octet-stream");
            }
        }
        return false;
    }

    private static ProblemException tooLarge(long limit) {
        return new ProblemException(
                ProblemType.BODY_TOO_LARGE, "a message may have " + limit + " bytes (http.max-body)");
    }
}
