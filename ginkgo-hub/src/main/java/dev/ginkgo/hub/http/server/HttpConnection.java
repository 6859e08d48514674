package dev.ginkgo.hub.http.server;

import dev.ginkgo.hub.metrics.DisconnectReason;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
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
import java.net.InetAddress;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTP connection. Requests are served in order, and each is answered before the next is processed, until one of them
 * turns the connection into a stream.
 *
 * <pre>
 *            bytes        head accepted        last byte: response sent
 *   IDLE ----------> HEAD -------------> BODY ------------------------+
 *    ^                | error response                                |
 *    +----------------+-----------------------------------------------+
 *                     | last response                        becomes a stream
 *                     +---------------> CLOSING                   DETACHED
 * </pre>
 *
 * <p>{@code AWAITING_RESPONSE}, between the last byte of a request and its response: another thread builds the response.
 * Nothing more is read or decoded.
 *
 * <p>Pipelined requests are served in turns, so that other connections of the event loop are served in between.
 * Responses are flushed at the end of a turn: one publish is one write, and so are sixteen pipelined ones. If the client does
 * not read its responses, the hub neither reads nor serves its requests.
 *
 * <p>{@code CLOSING}: the sending side of the hub is shut down, and input is discarded until the client closes too or the
 * timeout for closing expires. Closing at once would reset the connection, and the client could lose the response that
 * has the reason.
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
    private final InetAddress clientNetwork;
    private final @Nullable ProblemException rejection;

    // accessed on the event loop only
    private Runnable onDetached = () -> {};
    private Phase phase = Phase.IDLE;
    private @Nullable Exchange exchange;
    private boolean closeAfterResponse;
    private boolean keepAliveByDefault = true;
    private final RequestTurns turns;

    /**
     * @param clientNetwork the network of the client, by which limits per address count
     * @param share of the event loop, in what is decoded in one iteration
     * @param rejection error response to the first request; null if the connection is accepted
     */
    HttpConnection(
            Channel channel,
            InetAddress clientNetwork,
            RequestHandler handler,
            DateHeader date,
            ConnectionDeadline deadline,
            RequestTurns.Share share,
            @Nullable ProblemException rejection) {
        this.channel = channel;
        this.clientNetwork = clientNetwork;
        this.handler = handler;
        this.date = date;
        this.deadline = deadline;
        this.rejection = rejection;
        this.turns = new RequestTurns(
                channel,
                share,
                this::onBytesReceived,
                this::isAcceptingRequests,
                this::startPartialRequest,
                this::closeAfterResponses);
        deadline.start(rejection == null ? ConnectionDeadline.Kind.IDLE : ConnectionDeadline.Kind.CLOSING);
    }

    /** Returns the decoder of this connection, which precedes it in the pipeline. */
    StrictRequestDecoder decoder() {
        return turns.decoder();
    }

    /** Starts the request deadline with the first bytes of a request. */
    private void onBytesReceived() {
        if (phase == Phase.IDLE && channel.isWritable()) {
            phase = Phase.HEAD;
            deadline.start(ConnectionDeadline.Kind.REQUEST);
        }
    }

    /** Starts the request deadline if the first bytes of a request have been received together with the previous one. */
    private void startPartialRequest() {
        if (turns.decoder().isInsideRequest()) {
            onBytesReceived();
        }
    }

    /** Accepts no further request: closes an idle connection at once, another one after its response. */
    void drain() {
        closeAfterResponse = true;
        DisconnectReason.STOPPING.mark(channel);
        if (phase == Phase.IDLE) {
            phase = Phase.DETACHED;
            var _ = channel.close();
        }
    }

    /** Sets a callback for when the connection is closed or becomes a stream. Called before it is added to a pipeline. */
    void onDetached(Runnable callback) {
        onDetached = callback;
    }

    /** Returns whether the deadline has passed. Any thread. */
    boolean isExpired() {
        return deadline.isExpired();
    }

    /** Closes the connection if its deadline has passed. */
    void closeIfExpired() {
        if (!deadline.isExpired()) {
            return;
        }
        switch (deadline.kind()) {
            case REQUEST -> {
                DisconnectReason.REQUEST_TIMEOUT.mark(channel);
                ProblemException timeout = new ProblemException(
                        ProblemType.REQUEST_TIMEOUT, "the request was not complete within http.request-timeout");
                reject(timeout.closingConnection());
                channel.flush();
            }
            case IDLE -> {
                DisconnectReason.IDLE.mark(channel);
                var _ = channel.close();
            }
            case CLOSING, WRITE -> {
                DisconnectReason.REQUEST_TIMEOUT.mark(channel);
                var _ = channel.close();
            }
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        try {
            switch (phase) {
                case IDLE, HEAD, BODY -> handle(message);
                case AWAITING_RESPONSE -> throw new IllegalStateException("decoded a request before its turn");
                case CLOSING, DETACHED -> {}
            }
        } catch (ProblemException problemException) {
            reject(problemException);
        } catch (RuntimeException e) {
            LOG.error("could not serve an HTTP request", e);
            reject(new ProblemException(
                            ProblemType.INTERNAL_ERROR, "an unexpected error occurred; the hub has logged it")
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
        phase = Phase.HEAD; // a pipelined request has not passed through onBytesReceived
        closeAfterResponse |= !HttpUtil.isKeepAlive(request);
        keepAliveByDefault = request.protocolVersion().isKeepAliveDefault();
        if (rejection != null) {
            throw rejection;
        }
        Exchange started = new Exchange(this, request);
        exchange = started;
        handler.begin(started);
        phase = Phase.BODY;
    }

    private void reject(ProblemException problemException) {
        Exchange now = exchange;
        if (problemException.closesConnection() || (now != null && now.isBodyPending())) {
            DisconnectReason.REFUSED.mark(channel);
            closeAfterResponse = true; // the rest of the body will not be read
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

    /** Sends a complete response, which is flushed when the current read completes. */
    void send(FullHttpResponse response) {
        Responses.addConnectionHeader(response, closeAfterResponse, keepAliveByDefault);
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

    /** Adds the {@code Date} header, which every response has (RFC 9110, section 6.6.1). */
    public void addDateHeader(HttpResponse response) {
        response.headers().set(HttpHeaderNames.DATE, date.get());
    }

    /** Sends an interim response at once, after which the client sends the body. */
    public void sendContinue(HttpResponse informational) {
        var _ = channel.writeAndFlush(informational, channel.voidPromise());
    }

    /** Stops reading until {@link #resume} is called with the response. */
    void pause() {
        phase = Phase.AWAITING_RESPONSE;
        deadline.clear();
        channel.config().setAutoRead(false);
    }

    /** Continues after {@link #pause}: {@code sender} sends the response on the event loop, unless it is closed. Any thread. */
    void resume(FullHttpResponse response, Consumer<FullHttpResponse> sender) {
        try {
            channel.eventLoop().execute(() -> {
                if (phase == Phase.AWAITING_RESPONSE) {
                    sender.accept(response);
                    turns.start();
                } else {
                    response.release(); // the connection has been closed
                }
            });
        } catch (RejectedExecutionException ended) {
            response.release();
        }
    }

    /** Removes the HTTP handlers from the connection, which becomes a stream. */
    public void detachForStream() {
        phase = Phase.DETACHED;
        deadline.clear();
        channel.config().setAutoRead(true);
        // a client that shuts down its sending side ends its stream
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
        if (turns.isInputClosed()) {
            channel.eventLoop().execute(() -> {
                var _ = channel.close();
            });
        }
        channel.pipeline().remove(StrictRequestDecoder.class);
        channel.pipeline().remove(HttpResponseEncoder.class);
        channel.pipeline().remove(this);
    }

    public Channel channel() {
        return channel;
    }

    /** Returns the network of the client, by which limits per address count. */
    public InetAddress clientNetwork() {
        return clientNetwork;
    }

    private boolean isAcceptingRequests() {
        return switch (phase) {
            case IDLE, HEAD, BODY -> channel.isWritable();
            case AWAITING_RESPONSE -> false;
            case CLOSING, DETACHED -> true; // discards them
        };
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        turns.end();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            turns.inputClosed();
        }
    }

    private void closeAfterResponses() {
        if (phase == Phase.AWAITING_RESPONSE) {
            return;
        }
        if (phase != Phase.CLOSING) {
            phase = Phase.CLOSING;
            deadline.start(ConnectionDeadline.Kind.WRITE);
        }
        var _ = channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        boolean writable = channel.isWritable();
        if (phase == Phase.AWAITING_RESPONSE) {
            return;
        }
        if (phase != Phase.CLOSING) {
            ConnectionDeadline.Kind kind =
                    phase == Phase.IDLE ? ConnectionDeadline.Kind.IDLE : ConnectionDeadline.Kind.REQUEST;
            deadline.start(writable ? kind : ConnectionDeadline.Kind.WRITE);
        }
        turns.proceed();
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
        Exchange now = exchange;
        if (now != null) {
            now.release();
            exchange = null;
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.debug("connection of {} closed by an exception", channel.remoteAddress(), cause);
        DisconnectReason.mark(channel, cause);
        var _ = context.close();
    }
}
