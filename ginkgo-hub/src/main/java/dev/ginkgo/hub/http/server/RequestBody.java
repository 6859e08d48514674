package dev.ginkgo.hub.http.server;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Body of a publish request while it is received. It never exceeds the limit, and its memory grows with the bytes received
 * and not with the declared {@code Content-Length}. The memory is counted in the {@link BodyBudget} until the request has
 * been answered.
 */
public final class RequestBody {
    private static final int INITIAL_CAPACITY = BodyBudget.UNCOUNTED;

    private static final byte[] EMPTY = {};

    private final long declared;
    private final BodyBudget.Share share;
    private final long limit;
    private final boolean binary;

    /** What has been received. If its length was declared, the array of a complete body has that length. */
    private byte[] bytes = EMPTY;

    private int length;

    private RequestBody(long declared, BodyBudget.Share share, long limit, boolean binary) {
        this.declared = declared;
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
        if (headers.contains(HttpHeaderNames.CONTENT_ENCODING)
                && headers.getAll(HttpHeaderNames.CONTENT_ENCODING).stream()
                        .anyMatch(coding -> !coding.strip().equalsIgnoreCase("identity"))) {
            throw new ProblemException(
                    ProblemType.UNSUPPORTED_BODY, "Content-Encoding is not supported; send the body unencoded");
        }
        boolean binary = false;
        if (headers.contains(HttpHeaderNames.CONTENT_TYPE)) {
            List<String> types = headers.getAll(HttpHeaderNames.CONTENT_TYPE);
            if (types.size() > 1) {
                throw new ProblemException(ProblemType.BAD_REQUEST, "the Content-Type header is repeated")
                        .closingConnection();
            }
            binary = isBinary(types.getFirst());
        }
        long declared = HttpUtil.getContentLength(request, -1L);
        if (declared > limit) {
            throw tooLarge(limit);
        }
        return new RequestBody(declared, budget.share(connection.clientNetwork(), user), limit, binary);
    }

    void add(ByteBuf received) throws ProblemException {
        int added = received.readableBytes();
        if (added == 0) {
            return;
        }
        long needed = length + (long) added;
        if (needed > limit) {
            throw tooLarge(limit);
        }
        if (needed > bytes.length) {
            int capacity = capacity(needed);
            share.resize(capacity);
            bytes = Arrays.copyOf(bytes, capacity);
        }
        received.readBytes(bytes, length, added);
        length += added;
    }

    /** Returns the next capacity: twice what is needed at most, and not more than the declared length. */
    private int capacity(long needed) {
        long doubled = Math.max(INITIAL_CAPACITY, Long.highestOneBit(needed - 1) << 1);
        return (int) Math.min(doubled, needed <= declared ? declared : limit);
    }

    public boolean isBinary() {
        return binary;
    }

    /**
     * Returns the whole body, once. The array belongs to the caller: if the length was declared, it is the one into which the
     * bytes were copied from the buffer of the connection.
     */
    public byte[] takeAll() {
        byte[] all = length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
        bytes = EMPTY;
        length = 0;
        return all;
    }

    void release() {
        share.release();
        bytes = EMPTY;
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
