package dev.ginkgo.hub.http.server;

import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.Iterator;
import java.util.List;

/** Checks that apply to every request. */
public final class RequestValidator {
    /** Maximum length of a request line, in bytes. */
    public static final int MAX_LINE = 8 * 1024;

    /** Maximum length of all headers of a request together, in bytes. */
    public static final int MAX_HEADERS = 16 * 1024;

    private RequestValidator() {}

    /** Rejects what the decoder could not parse. The connection is closed, because nothing after it can be parsed. */
    public static void requireDecoded(HttpObject object) throws ProblemException {
        DecoderResult result = object.decoderResult();
        if (!result.isFailure()) {
            return;
        }
        Throwable cause = result.cause();
        if (cause instanceof TooLongHttpLineException && object instanceof HttpRequest) {
            throw new ProblemException(
                            ProblemType.TARGET_TOO_LONG,
                            "the maximum length of the request line is " + MAX_LINE + " bytes")
                    .closingConnection();
        }
        if (cause instanceof TooLongHttpHeaderException) {
            throw new ProblemException(
                            ProblemType.HEADERS_TOO_LARGE,
                            "the maximum length of all headers together is " + MAX_HEADERS + " bytes")
                    .closingConnection();
        }
        throw new ProblemException(ProblemType.BAD_REQUEST, "malformed HTTP request: " + reason(cause))
                .closingConnection();
    }

    /** Returns the host of a request: the authority of an absolute target, else the one {@code Host} header. */
    public static String host(HttpRequest request, RequestTarget requestTarget) throws ProblemException {
        Iterator<? extends CharSequence> hosts = request.headers().valueCharSequenceIterator(HttpHeaderNames.HOST);
        CharSequence host = hosts.hasNext() ? hosts.next() : null;
        if (host == null || hosts.hasNext()) {
            throw new ProblemException(
                            ProblemType.BAD_REQUEST,
                            host == null ? "the Host header is missing" : "the Host header is repeated")
                    .closingConnection();
        }
        String authority = requestTarget.authority();
        return authority == null ? host.toString() : authority;
    }

    /** Rejects a transfer coding other than chunked, and chunked coding in HTTP/1.0. */
    public static void requireSupportedTransferEncoding(HttpRequest request) throws ProblemException {
        HttpHeaders headers = request.headers();
        if (!headers.contains(HttpHeaderNames.TRANSFER_ENCODING)) {
            return;
        }
        List<String> codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
        boolean chunked = codings.size() == 1 && codings.getFirst().strip().equalsIgnoreCase("chunked");
        if (!chunked || !request.protocolVersion().isKeepAliveDefault()) {
            throw new ProblemException(
                            ProblemType.BAD_REQUEST, "the only supported Transfer-Encoding is chunked, in HTTP/1.1")
                    .closingConnection();
        }
    }

    private static String reason(Throwable cause) {
        String message = cause.getMessage();
        String line = message == null
                ? cause.getClass().getSimpleName()
                : message.lines().findFirst().orElse("");
        return line.length() > 120 ? line.substring(0, 120) + "…" : line;
    }
}
