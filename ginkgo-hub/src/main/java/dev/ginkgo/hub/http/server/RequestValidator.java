package dev.ginkgo.hub.http.server;

import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.List;

/** What every request has to be, whatever it asks for. */
public final class RequestValidator {
    private RequestValidator() {}

    /** Refuses what the decoder could not read; nothing after it can be read either. */
    static void requireDecoded(HttpObject object) throws ProblemException {
        DecoderResult result = object.decoderResult();
        if (!result.isFailure()) {
            return;
        }
        Throwable cause = result.cause();
        if (cause instanceof TooLongHttpLineException && object instanceof HttpRequest) {
            throw new ProblemException(
                            ProblemType.TARGET_TOO_LONG,
                            "the first line of a request may have " + StrictRequestDecoder.MAX_LINE + " bytes")
                    .closingConnection();
        }
        if (cause instanceof TooLongHttpHeaderException) {
            throw new ProblemException(
                            ProblemType.HEADERS_TOO_LARGE,
                            "the headers of a request may have " + StrictRequestDecoder.MAX_HEADERS + " bytes together")
                    .closingConnection();
        }
        throw new ProblemException(ProblemType.BAD_REQUEST, "this is not HTTP: " + reason(cause)).closingConnection();
    }

    /** The one host that a request names. */
    public static String host(HttpRequest request, RequestTarget requestTarget) throws ProblemException {
        List<String> hosts = request.headers().getAll(HttpHeaderNames.HOST);
        if (hosts.size() != 1) {
            throw new ProblemException(
                            ProblemType.BAD_REQUEST,
                            hosts.isEmpty() ? "the Host header is missing" : "there is more than one Host header")
                    .closingConnection();
        }
        String authority = requestTarget.authority();
        return authority == null ? hosts.getFirst() : authority;
    }

    /** Refuses a transfer coding that we do not undo, and chunks from a protocol that had none. */
    public static void requireSupportedTransferEncoding(HttpRequest request) throws ProblemException {
        HttpHeaders headers = request.headers();
        List<String> codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
        if (codings.isEmpty()) {
            return;
        }
        boolean chunked = codings.size() == 1 && codings.getFirst().strip().equalsIgnoreCase("chunked");
        if (!chunked || !request.protocolVersion().isKeepAliveDefault()) {
            throw new ProblemException(
                            ProblemType.BAD_REQUEST,
                            "the only Transfer-Encoding that is understood is chunked, in HTTP/1.1")
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
