package dev.ginkgo.hub.http.server;

import dev.ginkgo.hub.metrics.DisconnectReason;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection that speaks HTTP: requests come in one after another, and each is answered before the next is looked
 * at, until one of them makes a stream of the connection.
 *
 * <pre>
 *            bytes        head, body wanted       last byte: answered
 *   IDLE ----------> HEAD -----------------> BODY -------------------+
 *    ^                | answered                                     |
 *    +----------------+----------------------------------------------+
 *                     | answered for the last time          becomes a stream
 *                     +-----------------------> ENDING           GONE
 * </pre>
 *
 * <p>{@code ASIDE}, between the last byte and the answer: the answer is being made elsewhere. What had come in already
 * waits for its turn, and nothing more is read.
 *
 * <p>Answers are flushed when all that had come in is read, so that one publish is one write and so are sixteen that
 * came together. A peer that does not read its answers is not read either.
 *
 * <p>{@code ENDING}: we have shut our side, and throw away what still comes until the peer closes too, for a second at
 * most. Closing at once would reset the connection, and the peer could lose the very answer that says why.
 */
public final class HttpConnection extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(HttpConnection.class);

    private enum Phase {
        IDLE,
        HEAD,
        BODY,
        AWAITING_RESPONSE,
        CLOSING,
        DETACHED
    }

    private final RequestHandler handler;
    private final DateHeader date;
    private final ConnectionDeadline deadline;
    private final Channel channel;
    private final @Nullable ProblemException rejection;

    // on the event loop
    private Runnable onDetached = () -> {};
    private Phase phase = Phase.IDLE;
    private @Nullable Exchange exchange;
    private boolean closeAfterResponse;
    private final Deque<Object> queued = new ArrayDeque<>(0);

    /**
     * @param turnedAway what its first request is told; null if it is welcome
     */
    HttpConnection(
            Channel channel,
            RequestHandler handler,
            DateHeader date,
            ConnectionDeadline connectionDeadline,
            @Nullable ProblemException turnedAway) {
        this.channel = channel;
        this.handler = handler;
        this.date = date;
        this.deadline = connectionDeadline;
        this.rejection = turnedAway;
        connectionDeadline.start(turnedAway == null ? ConnectionDeadline.Kind.IDLE : ConnectionDeadline.Kind.CLOSING);
    }

    /** Something has come in: a request has begun. */
    void onBytesReceived() {
        if (phase == Phase.IDLE) {
            phase = Phase.HEAD;
            deadline.start(ConnectionDeadline.Kind.REQUEST);
        }
    }

    /** No further request: an idle connection ends at once, another one with its answer. */
    void drain() {
        closeAfterResponse = true;
        DisconnectReason.STOPPING.mark(channel);
        if (phase == Phase.IDLE) {
            phase = Phase.DETACHED;
            var _ = channel.close();
        }
    }

    /** Calls this when it ends, or becomes a stream. Given before it is in a pipeline. */
    void onDetached(Runnable told) {
        onDetached = told;
    }

    /** Whether it has kept us waiting for too long. Any thread. */
    boolean isExpired() {
        return deadline.isExpired();
    }

    /** Ends it if it still keeps us waiting for too long. */
    void closeIfExpired() {
        if (!deadline.isExpired()) {
            return;
        }
        switch (deadline.kind()) {
            case REQUEST -> {
                DisconnectReason.REQUEST_TIMEOUT.mark(channel);
                ProblemException slow = new ProblemException(
                        ProblemType.REQUEST_TIMEOUT, "the request did not come in whole within http.request-timeout");
                reject(slow.closingConnection());
                channel.flush();
            }
            case IDLE, CLOSING, WRITE -> {
                (deadline.kind() == ConnectionDeadline.Kind.IDLE
                                ? DisconnectReason.IDLE
                                : DisconnectReason.REQUEST_TIMEOUT)
                        .mark(channel);
                var _ = channel.close();
            }
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        channelRead(message);
    }

    private void channelRead(Object message) {
        try {
            switch (phase) {
                case IDLE, HEAD, BODY -> handle(message);
                case AWAITING_RESPONSE -> queued.add(ReferenceCountUtil.retain(message));
                case CLOSING, DETACHED -> {}
            }
        } catch (ProblemException problemException) {
            reject(problemException);
        } catch (RuntimeException e) {
            LOG.error("a request could not be served", e);
            reject(new ProblemException(ProblemType.INTERNAL_ERROR, "the hub has logged what went wrong")
                    .closingConnection());
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void handle(Object message) throws ProblemException {
        if (message instanceof HttpRequest request) {
            RequestValidator.requireDecoded(request);
            begin(request);
        }
        Exchange now = exchange;
        if (message instanceof HttpContent content && now != null) {
            RequestValidator.requireDecoded(content);
            now.addBody(content.content());
            if (content instanceof LastHttpContent) {
                now.complete();
                now.release();
                exchange = null;
            }
        }
    }

    private void begin(HttpRequest request) throws ProblemException {
        phase = Phase.HEAD; // of a request that came together with the one before it, too
        closeAfterResponse |= !HttpUtil.isKeepAlive(request);
        if (rejection != null) {
            throw rejection;
        }
        Exchange begun = new Exchange(this, request);
        exchange = begun;
        handler.begin(begun);
        phase = Phase.BODY;
    }

    private void reject(ProblemException problemException) {
        Exchange now = exchange;
        if (problemException.closesConnection() || (now != null && now.isBodyPending())) {
            DisconnectReason.REFUSED.mark(channel);
            closeAfterResponse = true; // what of the body is still to come will not be read
        }
        FullHttpResponse response = Responses.problem(problemException);
        if (now != null) {
            now.release();
            exchange = null;
            now.addCorsHeaders(response);
            response = now.isHead() ? Responses.withoutBody(response) : response;
        }
        send(response);
    }

    /** Sends a whole answer; it is on its way when the read is over. */
    void send(FullHttpResponse response) {
        HttpUtil.setKeepAlive(response, !closeAfterResponse);
        addDateHeader(response);
        if (closeAfterResponse) {
            phase = Phase.CLOSING;
            deadline.start(ConnectionDeadline.Kind.CLOSING);
            var _ = channel.write(response).addListener((ChannelFutureListener) written -> {
                if (written.isSuccess() && channel instanceof DuplexChannel duplex) {
                    var _ = duplex.shutdownOutput();
                } else {
                    var _ = channel.close();
                }
            });
        } else {
            phase = Phase.IDLE;
            deadline.start(ConnectionDeadline.Kind.IDLE);
            var _ = channel.write(response, channel.voidPromise());
        }
    }

    /** Adds what every answer has: the Date header (RFC 9110, section 6.6.1). */
    public void addDateHeader(HttpResponse response) {
        response.headers().set(HttpHeaderNames.DATE, date.get());
    }

    /** Says at once that the body may come. */
    public void sendContinue(HttpResponse informational) {
        var _ = channel.writeAndFlush(informational, channel.voidPromise());
    }

    /** The answer will come later; nothing is read until then. */
    void pause() {
        phase = Phase.AWAITING_RESPONSE;
        deadline.clear();
        channel.config().setAutoRead(false);
    }

    /** The answer that was waited for is there. Any thread. */
    void resume(FullHttpResponse response, Consumer<FullHttpResponse> answer) {
        try {
            channel.eventLoop().execute(() -> {
                if (phase == Phase.AWAITING_RESPONSE) {
                    answer.accept(response);
                    channel.config().setAutoRead(channel.isWritable());
                    processQueued();
                    channel.flush();
                } else {
                    response.release(); // nobody is there any more
                }
            });
        } catch (RejectedExecutionException ended) {
            response.release();
        }
    }

    private void processQueued() {
        for (int left = queued.size(); left > 0; left--) {
            channelRead(queued.remove());
        }
    }

    /** From here on it is a stream; this handler is out of it. */
    public void detachForStream() {
        phase = Phase.DETACHED;
        deadline.clear();
        channel.config().setAutoRead(true);
        channel.pipeline().remove(StrictRequestDecoder.class);
        channel.pipeline().remove(HttpResponseEncoder.class);
        channel.pipeline().remove(this);
    }

    public Channel channel() {
        return channel;
    }

    public ByteBufAllocator allocator() {
        return channel.alloc();
    }

    /** Whether it came in by a loopback address of this machine. */
    public boolean isLocalAddressLoopback() {
        return channel.localAddress() instanceof InetSocketAddress local
                && local.getAddress().isLoopbackAddress();
    }

    /** Whether the peer is on this machine. */
    public boolean isRemoteAddressLoopback() {
        return channel.remoteAddress() instanceof InetSocketAddress peer
                && peer.getAddress().isLoopbackAddress();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        context.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        boolean writable = channel.isWritable();
        if (phase == Phase.AWAITING_RESPONSE) {
            return;
        }
        channel.config().setAutoRead(writable);
        if (phase != Phase.CLOSING) {
            ConnectionDeadline.Kind then =
                    phase == Phase.IDLE ? ConnectionDeadline.Kind.IDLE : ConnectionDeadline.Kind.REQUEST;
            deadline.start(writable ? then : ConnectionDeadline.Kind.WRITE);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        handlerRemoved(context);
        phase = Phase.DETACHED;
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        deadline.clear();
        onDetached.run();
        queued.forEach(ReferenceCountUtil::release);
        queued.clear();
        Exchange now = exchange;
        if (now != null) {
            now.release();
            exchange = null;
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.debug("connection {} ended by", channel.remoteAddress(), cause);
        DisconnectReason.mark(channel, cause);
        var _ = context.close();
    }
}
