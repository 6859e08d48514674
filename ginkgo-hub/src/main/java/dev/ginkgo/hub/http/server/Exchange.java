package dev.ginkgo.hub;

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
final class Exchange {
    /** What is done when a request is there with its last byte. */
    @FunctionalInterface
    interface Completion {
        void run(Exchange exchange) throws Refusal;
    }

    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

    private final Conversation conversation;
    private final HttpRequest request;
    private @Nullable Completion completion;
    private @Nullable Body body;
    private @Nullable String allowedOrigin;
    private boolean complete;

    Exchange(Conversation conversation, HttpRequest request) {
        this.conversation = conversation;
        this.request = request;
    }

    HttpRequest request() {
        return request;
    }

    Conversation conversation() {
        return conversation;
    }

    boolean isHead() {
        return request.method().equals(HttpMethod.HEAD);
    }

    /** A foreign origin that is allowed has to be named in the answer, else the browser hides it from its page. */
    void allow(@Nullable String origin) {
        allowedOrigin = origin;
    }

    /** Whether a page of another origin asks, even if it may. */
    boolean isFromForeignOrigin() {
        return allowedOrigin != null;
    }

    /** What is done at the end; without a body there must be none. */
    void then(@Nullable Body expected, Completion done) {
        body = expected;
        completion = done;
    }

    /** The body that was asked for, complete. */
    Body body() {
        if (body == null) {
            throw new IllegalStateException("no body was asked for");
        }
        return body;
    }

    boolean hasBodyToCome() {
        return !complete && (HttpUtil.isTransferEncodingChunked(request) || HttpUtil.getContentLength(request, 0L) > 0);
    }

    void add(ByteBuf bytes) throws Refusal {
        if (body != null) {
            body.add(bytes);
        } else if (bytes.isReadable()) {
            throw new Refusal(Problem.BAD_REQUEST, "a " + request.method() + " has no body here").last();
        }
    }

    void complete() throws Refusal {
        complete = true;
        if (completion == null) {
            throw new IllegalStateException("nobody has taken the request");
        }
        completion.run(this);
    }

    /** Sends a whole answer. */
    void answer(FullHttpResponse response) {
        decorate(response);
        conversation.send(isHead() ? Reply.headOf(response) : response);
    }

    /**
     * Sends a whole answer that takes longer to make than an event loop has time. Until then nothing more is read from
     * the connection.
     *
     * @param aside runs the maker; what it refuses to run is refused to the client
     */
    void answerLater(Executor aside, Supplier<FullHttpResponse> maker) throws Refusal {
        try {
            aside.execute(() -> conversation.resume(made(maker), this::answer));
        } catch (IllegalStateException stopping) {
            throw Refusal.stopping("the hub stops");
        }
        conversation.pause();
    }

    private static FullHttpResponse made(Supplier<FullHttpResponse> maker) {
        try {
            return maker.get();
        } catch (RuntimeException e) {
            LOG.error("a page could not be made", e);
            return Reply.problem(new Refusal(Problem.INTERNAL_ERROR, "the hub has logged what went wrong"));
        }
    }

    void decorate(HttpResponse response) {
        if (allowedOrigin != null) {
            response.headers()
                    .set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, allowedOrigin)
                    .add(HttpHeaderNames.VARY, "Origin");
        }
    }

    void release() {
        if (body != null) {
            body.release();
            body = null;
        }
    }
}
