package dev.ginkgo.hub.http.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;

/** Creates responses. Headers that depend on the connection (keep-alive, CORS) are added when they are sent. */
public final class Responses {
    static final String PROBLEM = "application/problem+json";
    public static final String JSON = "application/json";

    private static final AsciiString CONTENT_TYPE_OPTIONS = AsciiString.cached("X-Content-Type-Options");

    private Responses() {}

    /** Returns a complete response with a body. */
    public static FullHttpResponse of(HttpResponseStatus status, String type, byte[] body) {
        return of(status, type, Unpooled.wrappedBuffer(body));
    }

    /** Returns a complete response with a body, which belongs to the response. */
    public static FullHttpResponse of(HttpResponseStatus status, String type, ByteBuf body) {
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                status,
                body,
                DefaultHttpHeadersFactory.headersFactory().newHeaders(),
                EmptyHttpHeaders.INSTANCE);
        addCommonHeaders(response.headers(), type).set(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
        return response;
    }

    /** Returns a response without a body: 204. */
    public static FullHttpResponse noContent() {
        FullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.NO_CONTENT, Unpooled.EMPTY_BUFFER);
        response.headers().set(CONTENT_TYPE_OPTIONS, "nosniff");
        return response;
    }

    /** Returns a response that confirms the cached copy of the client: 304. */
    public static FullHttpResponse notModified() {
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.NOT_MODIFIED, Unpooled.EMPTY_BUFFER);
        response.headers()
                .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_CACHE)
                .set(CONTENT_TYPE_OPTIONS, "nosniff");
        return response;
    }

    /** Returns the response for a {@code HEAD}: the same headers without the body. Releases the argument. */
    public static FullHttpResponse withoutBody(FullHttpResponse response) {
        FullHttpResponse head = response.replace(Unpooled.EMPTY_BUFFER);
        response.release();
        return head;
    }

    /** Returns an error response (RFC 9457). */
    public static FullHttpResponse problem(ProblemException problemException) {
        ProblemType problemType = problemException.problem();
        byte[] body = JsonBody.object(json -> {
            json.writeStringField("title", problemType.title());
            json.writeNumberField("status", problemType.status());
            json.writeStringField("code", problemType.code());
            if (!problemException.claim().isEmpty()) {
                json.writeStringField("claim", problemException.claim());
            }
            json.writeStringField("detail", problemException.detail());
        });
        FullHttpResponse response = of(HttpResponseStatus.valueOf(problemType.status()), PROBLEM, body);
        problemException.headers().forEach((name, value) -> response.headers().set(name, value));
        return response;
    }

    /** Returns the head of a stream, without its body. */
    public static FullHttpResponse streamHead(String type) {
        FullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, Unpooled.EMPTY_BUFFER);
        addCommonHeaders(response.headers(), type)
                .set("X-Accel-Buffering", "no")
                .set(HttpHeaderNames.VARY, "Accept");
        return response;
    }

    /** Adds the {@code Connection} header (RFC 9112, section 9.3): HTTP/1.0 needs an explicit {@code keep-alive}. */
    public static void addConnectionHeader(HttpResponse response, boolean close, boolean keepAliveByDefault) {
        HttpHeaders headers = response.headers();
        if (close) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        } else if (!keepAliveByDefault) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
        }
        if (headers.contains(HttpHeaderNames.UPGRADE)) {
            headers.add(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
        }
    }

    public static byte[] utf8(String text) {
        return text.getBytes(UTF_8);
    }

    private static HttpHeaders addCommonHeaders(HttpHeaders headers, String type) {
        return headers.set(HttpHeaderNames.CONTENT_TYPE, type)
                .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_CACHE)
                .set(CONTENT_TYPE_OPTIONS, "nosniff");
    }
}
