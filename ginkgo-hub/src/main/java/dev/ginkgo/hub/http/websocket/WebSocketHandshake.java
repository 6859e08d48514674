package dev.ginkgo.hub.http.websocket;

import dev.ginkgo.hub.http.server.ProblemException;
import dev.ginkgo.hub.http.server.ProblemType;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;

/** Server side of the opening handshake (RFC 6455, section 4.2). The only extension is {@link PerMessageDeflate}. */
public final class WebSocketHandshake {
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private WebSocketHandshake() {}

    /**
     * Returns the response that accepts a WebSocket. If messages may be compressed, it has the header
     * {@code Sec-WebSocket-Extensions}.
     *
     * @param compression whether to accept an offer to compress messages
     * @throws ProblemException if the version or the key is not valid, or repeated
     */
    public static FullHttpResponse response(HttpRequest request, boolean compression) throws ProblemException {
        HttpHeaders headers = request.headers();
        if (!headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_VERSION).equals(List.of("13"))) {
            throw new ProblemException(
                            ProblemType.WEBSOCKET_VERSION,
                            "the only supported WebSocket version is 13 (Sec-WebSocket-Version: 13)")
                    .withHeader("Sec-WebSocket-Version", "13")
                    .withHeader("Upgrade", "websocket");
        }
        List<String> keys = headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_KEY);
        String key = keys.size() == 1 ? keys.getFirst().strip() : "";
        if (!isKey(key)) {
            throw new ProblemException(
                    ProblemType.BAD_REQUEST, "a single Sec-WebSocket-Key with 16 bytes in Base64 is required");
        }
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS, Unpooled.EMPTY_BUFFER);
        response.headers()
                .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
                .set(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT, acceptKey(key));
        if (compression) {
            PerMessageDeflate.accept(headers)
                    .ifPresent(accepted -> response.headers().set(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS, accepted));
        }
        return response;
    }

    /** Returns the response that accepts a WebSocket with a subprotocol, which the client has offered. */
    public static FullHttpResponse response(HttpRequest request, boolean compression, String subprotocol)
            throws ProblemException {
        FullHttpResponse response = response(request, compression);
        response.headers().set(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, subprotocol);
        return response;
    }

    /** Returns whether a request is for a WebSocket. */
    public static boolean isRequested(HttpHeaders headers) {
        return headers.containsValue(HttpHeaderNames.UPGRADE, "websocket", true)
                && headers.containsValue(HttpHeaderNames.CONNECTION, "upgrade", true);
    }

    /** Returns whether the client offers a subprotocol. Names are case-sensitive. */
    public static boolean isOffered(HttpHeaders headers, String subprotocol) {
        return headers.containsValue(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, subprotocol, false);
    }

    private static boolean isKey(String key) {
        try {
            return Base64.getDecoder().decode(key).length == 16;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static String acceptKey(String key) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-1") // required by the RFC; not used for security
                    .digest((key + GUID).getBytes(StandardCharsets.ISO_8859_1));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }
}
