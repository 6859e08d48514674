package dev.ginkgo.hub.http.server;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request and what becomes of it. */
public final class Exchange {
    /** What is done when a request is there with its last byte. */
    @FunctionalInterface
    public interface Completion {
        void run(Exchange exchange) throws ProblemException;
    }

    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

    private final HttpConnection connection;
    private final HttpRequest request;
    private @Nullable Completion completion;
    private @Nullable RequestBody requestBody;
    private @Nullable String allowedOrigin;
    private boolean complete;

    Exchange(HttpConnection httpConnection, HttpRequest request) {
        this.connection = httpConnection;
        this.request = request;
    }

    public HttpRequest request() {
        return request;
    }

    public HttpConnection connection() {
        return connection;
    }

    public boolean isHead() {
        return request.method().equals(HttpMethod.HEAD);
    }

    /** A foreign origin that is allowed has to be named in the answer, else the browser hides it from its page. */
    public void setAllowedOrigin(@Nullable String origin) {
        allowedOrigin = origin;
    }

    /** Whether a page of another origin asks, even if it may. */
    public boolean isCrossOrigin() {
        return allowedOrigin != null;
    }

    /** What is done at the end; without a body there must be none. */
    public void onComplete(@Nullable RequestBody expected, Completion done) {
        requestBody = expected;
        completion = done;
    }

    /** The body that was asked for, complete. */
    public RequestBody body() {
        if (requestBody == null) {
            throw new IllegalStateException("no body was asked for");
        }
        return requestBody;
    }

    boolean isBodyPending() {
        return !complete && (HttpUtil.isTransferEncodingChunked(request) || HttpUtil.getContentLength(request, 0L) > 0);
    }

    void addBody(ByteBuf bytes) throws ProblemException {
        if (requestBody != null) {
            requestBody.add(bytes);
        } else if (bytes.isReadable()) {
            throw new ProblemException(ProblemType.BAD_REQUEST, "a " + request.method() + " has no body here")
                    .closingConnection();
        }
    }

    void complete() throws ProblemException {
        complete = true;
        if (completion == null) {
            throw new IllegalStateException("nobody has taken the request");
        }
        completion.run(this);
    }

    /** Sends a whole answer. */
    public void respond(FullHttpResponse response) {
        addCorsHeaders(response);
        connection.send(isHead() ? Responses.withoutBody(response) : response);
    }

    /**
     * Sends a whole answer that takes longer to make than an event loop has time. Until then nothing more is read from
     * the connection.
     *
     * @param aside runs the maker; what it refuses to run is refused to the client
     */
    public void respondAsync(Executor aside, Supplier<FullHttpResponse> maker) throws ProblemException {
        try {
            aside.execute(() -> connection.resume(render(maker), this::respond));
        } catch (IllegalStateException stopping) {
            throw ProblemException.stopping("the hub stops");
        }
        connection.pause();
    }

    private static FullHttpResponse render(Supplier<FullHttpResponse> maker) {
        try {
            return maker.get();
        } catch (RuntimeException e) {
            LOG.error("a page could not be made", e);
            return Responses.problem(
                    new ProblemException(ProblemType.INTERNAL_ERROR, "the hub has logged what went wrong"));
        }
    }

    public void addCorsHeaders(HttpResponse response) {
        if (allowedOrigin != null) {
            response.headers()
                    .set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, allowedOrigin)
                    .add(HttpHeaderNames.VARY, "Origin");
        }
    }

    void release() {
        if (requestBody != null) {
            requestBody.release();
            requestBody = null;
        }
    }
}
