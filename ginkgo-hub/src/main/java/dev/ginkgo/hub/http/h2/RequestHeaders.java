package dev.ginkgo.hub.http.h2;

import dev.ginkgo.hub.http.server.ProblemException;
import dev.ginkgo.hub.http.server.ProblemType;
import dev.ginkgo.hub.http.server.RequestValidator;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.HttpConversionUtil;

/**
 * Translates the headers of an HTTP/2 request to those of HTTP/1.1 (RFC 9113, section 8.3.1). A WebSocket over HTTP/2 (RFC
 * 8441) becomes the upgrade that it stands for. Netty has checked the syntax of the headers.
 */
final class RequestHeaders {
    /** The key of a WebSocket, which HTTP/2 does not have. Its answer is not sent. */
    private static final String UNUSED_KEY = "AAAAAAAAAAAAAAAAAAAAAA==";

    private static final String PROTOCOL =
            Http2Headers.PseudoHeaderName.PROTOCOL.value().toString();

    private RequestHeaders() {}

    static HttpRequest translate(Http2Headers headers, int streamId) throws ProblemException {
        String method = String.valueOf(headers.method());
        CharSequence path = headers.path();
        boolean isConnect = method.equals(HttpMethod.CONNECT.name());
        boolean isWebSocket = isConnect && "websocket".contentEquals(headers.get(PROTOCOL, ""));
        if (isConnect && !isWebSocket) {
            throw ProblemException.methodNotAllowed(HttpMethod.CONNECT, "GET, HEAD, POST, OPTIONS");
        }
        if (path == null || path.isEmpty() || (path.charAt(0) != '/' && !"*".contentEquals(path))) {
            throw new ProblemException(ProblemType.BAD_REQUEST, "the :path must begin with \"/\"");
        }
        if (path.length() > RequestValidator.MAX_LINE) {
            throw new ProblemException(
                    ProblemType.TARGET_TOO_LONG,
                    "the maximum length of a path is " + RequestValidator.MAX_LINE + " bytes");
        }
        try {
            HttpRequest request = new DefaultHttpRequest(
                    HttpVersion.HTTP_1_1, HttpMethod.valueOf(isWebSocket ? "GET" : method), path.toString());
            HttpConversionUtil.addHttp2ToHttpHeaders(
                    streamId, headers, request.headers(), HttpVersion.HTTP_1_1, false, true);
            for (HttpConversionUtil.ExtensionHeaderNames each : HttpConversionUtil.ExtensionHeaderNames.values()) {
                request.headers().remove(each.text());
            }
            if (isWebSocket) {
                request.headers()
                        .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
                        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
                        .set(HttpHeaderNames.SEC_WEBSOCKET_KEY, UNUSED_KEY);
            }
            return request;
        } catch (Http2Exception | IllegalArgumentException e) {
            throw new ProblemException(ProblemType.BAD_REQUEST, "malformed HTTP/2 request: " + e.getMessage());
        }
    }
}
