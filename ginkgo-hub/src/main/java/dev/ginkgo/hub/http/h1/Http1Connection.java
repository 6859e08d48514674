package dev.ginkgo.hub.http.h1;

import dev.ginkgo.hub.http.server.ConnectionContext;
import dev.ginkgo.hub.http.server.ConnectionDeadline;
import dev.ginkgo.hub.http.server.ConnectionSecurity;
import dev.ginkgo.hub.http.server.Exchange;
import dev.ginkgo.hub.http.server.HttpConnection;
import dev.ginkgo.hub.http.server.ManagedConnection;
import dev.ginkgo.hub.http.server.ProblemException;
import dev.ginkgo.hub.http.server.RequestValidator;
import dev.ginkgo.hub.http.server.Responses;
import dev.ginkgo.hub.http.server.StreamOutput;
import dev.ginkgo.hub.metrics.DisconnectReason;
import dev.ginkgo.hub.net.ClientAddress;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
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
 * HTTP/1.1 connection. Requests are served in order, and each is answered before the next is processed, until one of them
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
public final class Http1Connection extends ChannelInboundHandlerAdapter implements HttpConnection, ManagedConnection {
    private static final Logger LOG = LoggerFactory.getLogger(Http1Connection.class);

    private enum Phase {
        IDLE,
        HEAD,
        BODY,
        AWAITING_RESPONSE,
        CLOSING,
        DETACHED
    }

    private final ConnectionContext connectionContext;
    private final ConnectionDeadline deadline;
    private final ResponseWriter writer;
    private final Channel channel;
    private final InetAddress clientNetwork;
    private final ConnectionSecurity security;
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
     * @param security how the connection is secured
     * @param share of the event loop, in what is decoded in one iteration
     * @param rejection error response to the first request; null if the connection is accepted
     */
    public Http1Connection(
            Channel channel,
            InetAddress clientNetwork,
            ConnectionSecurity security,
            ConnectionContext connectionContext,
            RequestTurns.Share share,
            @Nullable ProblemException rejection) {
        this.channel = channel;
        this.clientNetwork = clientNetwork;
        this.security = security;
        this.connectionContext = connectionContext;
        this.deadline = connectionContext.newDeadline();
        this.rejection = rejection;
        this.writer = new ResponseWriter(channel, connectionContext.date());
        this.turns = new RequestTurns(
                channel,
                share,
                this::onBytesReceived,
                this::isAcceptingRequests,
                this::startPartialRequest,
                this::closeAfterResponses);
        deadline.start(rejection == null ? ConnectionDeadline.Kind.IDLE : ConnectionDeadline.Kind.CLOSING);
    }

    /** Adds the handlers of this connection to its channel. */
    public void addTo(ChannelPipeline pipeline) {
        pipeline.addLast(turns.decoder(), new HttpResponseEncoder(), this);
    }

    /** Removes the handlers of this connection: the client uses another protocol. */
    public void removeFrom(ChannelPipeline pipeline) {
        phase = Phase.DETACHED;
        pipeline.remove(StrictRequestDecoder.class);
        pipeline.remove(HttpResponseEncoder.class);
        pipeline.remove(this);
    }

    /** Starts the request deadline with the first bytes of a request. */
    public void onBytesReceived() {
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

    @Override
    public void drain() {
        closeAfterResponse = true;
        DisconnectReason.STOPPING.mark(channel);
        if (phase == Phase.IDLE) {
            phase = Phase.DETACHED;
            var _ = channel.close();
        }
    }

    /** Sets a callback for when the connection is closed or becomes a stream. Called before it is added to a pipeline. */
    public void onDetached(Runnable callback) {
        onDetached = callback;
    }

    @Override
    public boolean isExpired() {
        return deadline.isExpired();
    }

    @Override
    public void closeIfExpired() {
        if (!deadline.isExpired()) {
            return;
        }
        switch (deadline.kind()) {
            case REQUEST -> {
                DisconnectReason.REQUEST_TIMEOUT.mark(channel);
                reject(ProblemException.requestTimeout().closingConnection());
                channel.flush();
            }
            case IDLE -> closeFor(DisconnectReason.IDLE);
            case CLOSING, WRITE -> closeFor(DisconnectReason.REQUEST_TIMEOUT);
        }
    }

    private void closeFor(DisconnectReason reason) {
        reason.mark(channel);
        var _ = channel.close();
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
            reject(ProblemException.internalError().closingConnection());
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
        connectionContext.handler().begin(started);
        phase = Phase.BODY;
    }

    private void reject(ProblemException problemException) {
        Exchange now = exchange;
        exchange = null;
        if (problemException.closesConnection() || (now != null && now.isBodyPending())) {
            closeAfterResponse(); // the rest of the body will not be read
        }
        if (now == null) {
            send(Responses.problem(problemException));
        } else {
            now.reject(problemException);
        }
    }

    @Override
    public void closeAfterResponse() {
        DisconnectReason.REFUSED.mark(channel);
        closeAfterResponse = true;
    }

    /** Sends a complete response, which is flushed when the current read completes. */
    @Override
    public void send(FullHttpResponse response) {
        Responses.addConnectionHeader(response, closeAfterResponse, keepAliveByDefault);
        if (closeAfterResponse) {
            phase = Phase.CLOSING;
            deadline.start(ConnectionDeadline.Kind.CLOSING);
            writer.writeLast(response);
        } else {
            phase = Phase.IDLE;
            deadline.start(ConnectionDeadline.Kind.IDLE);
            writer.write(response);
        }
    }

    @Override
    public void sendContinue(HttpResponse informational) {
        var _ = channel.writeAndFlush(informational, channel.voidPromise());
    }

    @Override
    public void pause() {
        phase = Phase.AWAITING_RESPONSE;
        deadline.clear();
        channel.config().setAutoRead(false);
    }

    @Override
    public void resume(FullHttpResponse response, Consumer<FullHttpResponse> sender) {
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

    @Override
    public StreamOutput detachForStream() {
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
        removeFrom(channel.pipeline());
        return writer;
    }

    @Override
    public Channel channel() {
        return channel;
    }

    @Override
    public InetAddress clientNetwork() {
        return ClientAddress.network(channel, clientNetwork);
    }

    @Override
    public ConnectionSecurity security() {
        return security;
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
