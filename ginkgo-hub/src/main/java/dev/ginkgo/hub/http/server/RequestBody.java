package dev.ginkgo.hub.http.server;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Body of a publish request while it is received. It never exceeds the limit, and its memory grows with the bytes received
 * and not with the declared {@code Content-Length}. The memory is counted in the {@link BodyBudget} until the request has
 * been answered.
 */
public final class RequestBody {
    private static final int INITIAL_CAPACITY = BodyBudget.UNCOUNTED;

    private final ByteBuf bytes;
    private final BodyBudget.Share share;
    private final long limit;
    private final boolean binary;

    private RequestBody(ByteBuf bytes, BodyBudget.Share share, long limit, boolean binary) {
        this.bytes = bytes;
        this.share = share;
        this.limit = limit;
        this.binary = binary;
    }

    /**
     * Prepares to receive the body of a request.
     *
     * @param user name of the user; null without credentials, or if they have not been verified yet
     * @throws ProblemException if the head of the request declares a body that is too long or not supported
     */
    public static RequestBody of(
            HttpRequest request, BodyBudget budget, HttpConnection connection, @Nullable String user)
            throws ProblemException {
        HttpHeaders headers = request.headers();
        long limit = budget.maxBody();
        if (headers.getAll(HttpHeaderNames.CONTENT_ENCODING).stream()
                .anyMatch(coding -> !coding.strip().equalsIgnoreCase("identity"))) {
            throw new ProblemException(
                    ProblemType.UNSUPPORTED_BODY, "Content-Encoding is not supported; send the body unencoded");
        }
        if (headers.getAll(HttpHeaderNames.CONTENT_TYPE).size() > 1) {
            throw new ProblemException(ProblemType.BAD_REQUEST, "the Content-Type header is repeated")
                    .closingConnection();
        }
        boolean binary = isBinary(headers.get(HttpHeaderNames.CONTENT_TYPE, ""));
        if (HttpUtil.getContentLength(request, 0L) > limit) {
            throw tooLarge(limit);
        }
        return new RequestBody(
                connection.channel().alloc().heapBuffer(INITIAL_CAPACITY),
                budget.share(connection.clientNetwork(), user),
                limit,
                binary);
    }

    void add(ByteBuf received) throws ProblemException {
        long length = bytes.readableBytes() + (long) received.readableBytes();
        if (length > limit) {
            throw tooLarge(limit);
        }
        if (length > bytes.capacity()) {
            long capacity = Math.min(limit, Long.highestOneBit(length - 1) << 1);
            share.resize(capacity);
            bytes.capacity((int) capacity);
        }
        bytes.writeBytes(received);
    }

    public boolean isBinary() {
        return binary;
    }

    /**
     * Returns the whole body.
     *
     * @throws ProblemException if it is text and not UTF-8
     */
    public byte[] readAll() throws ProblemException {
        byte[] all = new byte[bytes.readableBytes()];
        bytes.readBytes(all);
        if (!binary) {
            requireUtf8(all);
        }
        return all;
    }

    void release() {
        share.release();
        bytes.release();
    }

    private static void requireUtf8(byte[] all) throws ProblemException {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(all));
        } catch (CharacterCodingException e) {
            throw new ProblemException(
                    ProblemType.UNSUPPORTED_BODY,
                    "the body is not UTF-8; send other bytes with Content-Type: application/octet-stream");
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
                        "the charset of a text must be UTF-8, not " + name
                                + "; send other bytes with Content-Type: application/octet-stream");
            }
        }
        return false;
    }

    private static ProblemException tooLarge(long limit) {
        return new ProblemException(
                ProblemType.BODY_TOO_LARGE, "the maximum length of a message is " + limit + " bytes (http.max-body)");
    }
}
