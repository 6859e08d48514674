package dev.ginkgo.hub.http.server;

import dev.ginkgo.hub.access.Access;
import dev.ginkgo.hub.http.compression.AcceptEncoding;
import dev.ginkgo.hub.http.compression.CompressionScope;
import dev.ginkgo.hub.http.compression.GzipContent;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Request and its response. All methods are called on the event loop of the connection. */
public final class Exchange {
    /** Action that runs when a request has been received completely. */
    @FunctionalInterface
    public interface Completion {
        void run(Exchange exchange) throws ProblemException;
    }

    /** Decides whether an access permits the request. */
    @FunctionalInterface
    public interface AccessCheck {
        void check(Access access) throws ProblemException;
    }

    /** Verifies the credentials of the request. May block. */
    @FunctionalInterface
    public interface AccessVerifier {
        Access verify() throws ProblemException, InterruptedException;
    }

    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

    private static final int MAX_COMPRESSED_ON_LOOP = 64 * 1024;

    private final HttpConnection connection;
    private final HttpRequest request;
    private @Nullable Completion completion;
    private @Nullable RequestBody requestBody;
    private @Nullable String allowedOrigin;
    private @Nullable String strictTransport;
    private CompressionScope compression = CompressionScope.NONE;
    private boolean complete;
    private boolean forwarded;

    private @Nullable Access access;
    private @Nullable ProblemException accessProblem;
    private @Nullable Runnable pendingVerification;
    private volatile @Nullable Thread verifying;
    private @Nullable ChannelFutureListener releaseAtClose;
    private final List<AccessCheck> pendingChecks = new ArrayList<>(0);

    public Exchange(HttpConnection httpConnection, HttpRequest request) {
        this.connection = httpConnection;
        this.request = request;
    }

    public HttpRequest request() {
        return request;
    }

    public HttpConnection connection() {
        return connection;
    }

    private boolean isGetOrHead() {
        return isHead() || request.method().equals(HttpMethod.GET);
    }

    public boolean isHead() {
        return request.method().equals(HttpMethod.HEAD);
    }

    /**
     * Sets the foreign origin that is allowed to send this request. It is named in the response; otherwise the browser
     * hides the response from the page.
     */
    public void setAllowedOrigin(@Nullable String origin) {
        allowedOrigin = origin;
    }

    /** Sets the {@code Strict-Transport-Security} of the response (RFC 6797). */
    public void setStrictTransport(String value) {
        strictTransport = value;
    }

    /** Returns whether the request was sent by a page of a foreign, allowed origin. */
    public boolean isCrossOrigin() {
        return allowedOrigin != null;
    }

    /** Notes that a trusted proxy has named the client in a header of this request. */
    public void setForwarded() {
        forwarded = true;
    }

    /** Returns whether a trusted proxy has named the client in a header of this request. */
    public boolean isForwarded() {
        return forwarded;
    }

    /** Sets what the hub compresses. */
    public void setCompression(CompressionScope compression) {
        this.compression = compression;
    }

    /** Returns what the hub compresses for clients that accept it. */
    public CompressionScope compression() {
        return compression;
    }

    /** Returns whether to compress a page for this client. */
    public boolean compressesPages() {
        return compression.includesPages() && AcceptEncoding.prefersGzip(request.headers());
    }

    /** Returns whether to compress messages and data for this client. */
    public boolean compressesMessages() {
        return compression.includesMessages() && AcceptEncoding.prefersGzip(request.headers());
    }

    /** Sets what the request may do. */
    public void setAccess(Access access) {
        this.access = access;
    }

    /**
     * Verifies the credentials of the request when it is complete, because that takes too long for an event loop. Until then
     * nothing more is read from the connection. If it is closed before, the verification is interrupted.
     */
    public void verifyAccess(Executor executor, AccessVerifier verifier) {
        pendingVerification = () -> executor.execute(() -> {
            verifying = Thread.currentThread(); // before the check, so that either it or the listener notices the end
            if (!connection.channel().isActive()) {
                return; // no limit for connections counts such a request any more
            }
            verify(verifier);
            verifying = null;
            connection.resume(this::completeVerified);
        });
    }

    /** Returns whether the credentials of the request will be verified, or are being verified. */
    public boolean isVerificationPending() {
        return pendingVerification != null;
    }

    private void verify(AccessVerifier verifier) {
        try {
            access = verifier.verify();
        } catch (ProblemException e) {
            accessProblem = e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            accessProblem = ProblemException.stopping("the hub is stopping");
        } catch (RuntimeException | Error e) { // of an authenticator of the program
            LOG.error("could not verify the credentials of an HTTP request", e);
            accessProblem = ProblemException.internalError();
        }
    }

    /** Returns what the request may do. Not known before the request is complete if the credentials must be verified. */
    public Access access() {
        if (access == null) {
            throw new IllegalStateException("the credentials of the request have not been verified yet");
        }
        return access;
    }

    /** Checks whether the request is permitted: at once if its access is known, else before its completion. */
    public void requireAccess(AccessCheck check) throws ProblemException {
        if (pendingVerification == null) {
            check.check(access());
        } else {
            pendingChecks.add(check);
        }
    }

    /**
     * Sets what happens when the request is complete.
     *
     * @param body receives the body; null if the request must have none
     */
    public void onComplete(@Nullable RequestBody body, Completion completion) {
        this.requestBody = body;
        this.completion = completion;
    }

    /** Returns the complete body given to {@link #onComplete}. */
    public RequestBody body() {
        if (requestBody == null) {
            throw new IllegalStateException("the request was declared to have no body");
        }
        return requestBody;
    }

    /** Returns whether a part of the body has not been received. */
    public boolean isBodyPending() {
        return !complete && (HttpUtil.isTransferEncodingChunked(request) || HttpUtil.getContentLength(request, 0L) > 0);
    }

    /** Adds a received part of the body. */
    public void addBody(ByteBuf bytes) throws ProblemException {
        if (requestBody != null) {
            requestBody.add(bytes);
        } else if (bytes.isReadable()) {
            throw new ProblemException(
                            ProblemType.BAD_REQUEST, "a " + request.method() + " request must not have a body here")
                    .closingConnection();
        }
    }

    /** Runs what was set with {@link #onComplete}, when the whole request has been received. */
    public void complete() throws ProblemException {
        complete = true;
        Runnable verification = pendingVerification;
        if (verification == null) {
            runCompletion();
            return;
        }
        try {
            verification.run();
        } catch (IllegalStateException stopping) {
            pendingVerification = null;
            throw ProblemException.stopping("the hub is stopping");
        }
        ChannelFutureListener listener = _ -> closedBeforeVerified();
        releaseAtClose = listener;
        connection.channel().closeFuture().addListener(listener);
        connection.pause();
    }

    private void closedBeforeVerified() {
        releaseBody();
        Thread thread = verifying;
        if (thread != null) {
            thread.interrupt();
        }
    }

    /** Completes a request whose credentials have been verified. */
    private void completeVerified() {
        pendingVerification = null;
        if (releaseAtClose != null) { // a connection may carry any number of requests
            connection.channel().closeFuture().removeListener(releaseAtClose);
            releaseAtClose = null;
        }
        try {
            if (accessProblem != null) {
                throw accessProblem;
            }
            for (AccessCheck each : pendingChecks) {
                each.check(access());
            }
            runCompletion();
        } catch (ProblemException e) {
            reject(e);
        } catch (RuntimeException e) {
            LOG.error("could not serve an HTTP request", e);
            reject(ProblemException.internalError().closingConnection());
        } finally {
            releaseBody();
        }
    }

    /** Releases a rejected request, and sends the problem. */
    public void reject(ProblemException problem) {
        release();
        if (problem.closesConnection()) {
            connection.closeAfterResponse();
        }
        respond(Responses.problem(problem));
    }

    private void runCompletion() throws ProblemException {
        if (completion == null) {
            throw new IllegalStateException("no handler has accepted the request");
        }
        completion.run(this);
    }

    /** Returns the head of a stream, without its body: if it has a content coding, that is gzip. */
    public FullHttpResponse streamHead(String type) {
        FullHttpResponse head = Responses.streamHead(type);
        if (compression.includesMessages()) {
            GzipContent.addVary(head.headers());
            if (compressesMessages()) {
                GzipContent.markCompressed(head.headers());
            }
        }
        return head;
    }

    /** Sends a complete response, compressed if it is a short one. */
    public void respond(FullHttpResponse response) {
        connection.send(finish(response));
    }

    /** Returns a response in the form in which it is sent. */
    public FullHttpResponse finish(FullHttpResponse response) {
        FullHttpResponse sent =
                response.content().readableBytes() <= MAX_COMPRESSED_ON_LOOP ? compress(response) : response;
        addCommonHeaders(sent);
        return isHead() ? Responses.withoutBody(sent) : sent;
    }

    private FullHttpResponse compress(FullHttpResponse response) {
        if (!compression.includesMessages()
                || !isGetOrHead()
                || response.headers().contains(HttpHeaderNames.CONTENT_ENCODING)) {
            return response;
        }
        if (!response.headers().containsValue(HttpHeaderNames.VARY, HttpHeaderNames.ACCEPT_ENCODING, true)) {
            GzipContent.addVary(response.headers());
        }
        return compressesMessages() ? GzipContent.compress(response) : response;
    }

    /**
     * Sends a complete response that takes too long to build on an event loop. Until then no further request is processed.
     *
     * @param executor runs the builder; the request is rejected if it throws IllegalStateException, because the hub stops
     */
    public void respondAsync(Executor executor, Supplier<FullHttpResponse> builder) throws ProblemException {
        CompletableFuture<FullHttpResponse> response = new CompletableFuture<>();
        try {
            executor.execute(() -> response.complete(compress(build(builder))));
        } catch (IllegalStateException stopping) {
            throw ProblemException.stopping("the hub is stopping");
        }
        connection.sendLater(this, response, Overlap.NONE);
    }

    /**
     * Sends a complete response when it is available.
     *
     * @param response completed by any thread
     * @param overlap whether requests that follow may be processed until then
     */
    public void respondLater(CompletableFuture<FullHttpResponse> response, Overlap overlap) {
        connection.sendLater(this, response.exceptionally(Exchange::responseOf), overlap);
    }

    private static FullHttpResponse build(Supplier<FullHttpResponse> builder) {
        try {
            return builder.get();
        } catch (RuntimeException e) {
            return responseOf(e);
        }
    }

    private static FullHttpResponse responseOf(Throwable failure) {
        LOG.error("could not build the response to an HTTP request", failure);
        return Responses.problem(ProblemException.internalError());
    }

    /**
     * Adds the headers that do not depend on the response: CORS if the request comes from a foreign, allowed origin, and {@code
     * Strict-Transport-Security}.
     */
    public void addCommonHeaders(HttpResponse response) {
        if (strictTransport != null) {
            response.headers().set("Strict-Transport-Security", strictTransport);
        }
        if (allowedOrigin != null) {
            response.headers()
                    .set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, allowedOrigin)
                    .add(HttpHeaderNames.VARY, "Origin");
        }
    }

    /** Releases the body, unless it is still needed because the credentials are being verified. */
    public void release() {
        if (pendingVerification == null || !complete) {
            releaseBody();
        }
    }

    private void releaseBody() {
        if (requestBody != null) {
            requestBody.release();
            requestBody = null;
        }
    }
}
