package dev.ginkgo.hub.http.h1;

import dev.ginkgo.hub.http.server.Exchange;
import dev.ginkgo.hub.http.server.Overlap;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Responses of one connection that are not available yet, in the order of their requests: a response that is complete waits
 * for those before it. The number and the memory of the requests are limited. Event loop only, except that any thread
 * completes a response.
 */
final class PendingResponses {
    static final int MAX_REQUESTS = 64;

    /** A single request may use more. */
    static final int MAX_BYTES = 256 * 1024;

    private static final String KEY = "Idempotency-Key";

    private final EventLoop loop;
    private final BiConsumer<Exchange, FullHttpResponse> writer;
    private final Runnable onWritten;
    private final Deque<Pending> queue = new ArrayDeque<>();
    private final Deque<Object> heldBack = new ArrayDeque<>(0);
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private long bytes;
    private boolean closed;

    private static final class Pending {
        final Exchange exchange;
        final Overlap overlap;
        volatile @Nullable FullHttpResponse response;

        Pending(Exchange exchange, Overlap overlap) {
            this.exchange = exchange;
            this.overlap = overlap;
        }
    }

    /**
     * @param writer writes the response of an exchange; it is no longer pending then
     * @param onWritten called after responses have been written
     */
    PendingResponses(EventLoop loop, BiConsumer<Exchange, FullHttpResponse> writer, Runnable onWritten) {
        this.loop = loop;
        this.writer = writer;
        this.onWritten = onWritten;
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }

    /** Returns whether a further request may be processed while those before it are pending. */
    boolean hasRoom() {
        return queue.isEmpty()
                || (queue.size() < MAX_REQUESTS
                        && bytes < MAX_BYTES
                        && queue.peekLast().overlap.permitted().getAsBoolean());
    }

    /**
     * Returns whether a request may be processed before those that are pending have been answered. A publish may: the broker
     * keeps the order of the messages. Other requests can depend on the results, an interim response would seem to belong to
     * an earlier request, and a repeated key requires the first response.
     */
    boolean mayOverlap(HttpRequest request) {
        if (!request.decoderResult().isSuccess()
                || !request.method().equals(HttpMethod.POST)
                || !request.protocolVersion().isKeepAliveDefault()
                || !HttpUtil.isKeepAlive(request)
                || request.headers().contains(HttpHeaderNames.EXPECT)) {
            return false;
        }
        String key = request.headers().get(KEY);
        return key == null
                || queue.stream()
                        .noneMatch(each ->
                                key.equals(each.exchange.request().headers().get(KEY)));
    }

    /** Adds a request whose response is completed later, and not exceptionally. */
    void add(Exchange exchange, CompletableFuture<FullHttpResponse> response, Overlap overlap) {
        Pending added = new Pending(exchange, overlap);
        queue.addLast(added);
        bytes += overlap.bytes();
        var _ = response.thenAccept(complete -> {
            added.response = complete;
            schedule(complete);
        });
    }

    /** Keeps a part of a request, or a response, for which the pending responses must be written first. */
    void holdBack(Object owned) {
        heldBack.addLast(owned);
    }

    /** Returns the next object that was held back; null if there is none, or responses are pending. */
    @Nullable
    Object takeHeldBack() {
        return queue.isEmpty() ? heldBack.pollFirst() : null;
    }

    /** Schedules that responses are written: once for all that are completed until then. */
    private void schedule(FullHttpResponse complete) {
        if (scheduled.getAndSet(true)) {
            return;
        }
        try {
            loop.execute(this::write);
        } catch (RejectedExecutionException ended) {
            complete.release();
        }
    }

    private void write() {
        scheduled.set(false); // before the responses are read
        Pending first = queue.peekFirst();
        FullHttpResponse response = first == null ? null : first.response;
        while (first != null && response != null) {
            queue.removeFirst();
            bytes -= first.overlap.bytes();
            if (closed) {
                response.release();
            } else {
                writer.accept(first.exchange, response);
            }
            first = queue.peekFirst();
            response = first == null ? null : first.response;
        }
        if (!closed) {
            onWritten.run();
        }
    }

    /** Discards the responses, also those that are completed later: the connection is closed. */
    void close() {
        closed = true;
        heldBack.forEach(ReferenceCountUtil::release);
        heldBack.clear();
    }
}
