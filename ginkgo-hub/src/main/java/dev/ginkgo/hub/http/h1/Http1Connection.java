package dev.ginkgo.hub.http.h1;

import dev.ginkgo.hub.http.server.ConnectionContext;
import dev.ginkgo.hub.http.server.ConnectionDeadline;
import dev.ginkgo.hub.http.server.ConnectionSecurity;
import dev.ginkgo.hub.http.server.Exchange;
import dev.ginkgo.hub.http.server.Overlap;
import dev.ginkgo.hub.http.server.ProblemException;
import dev.ginkgo.hub.http.server.RequestValidator;
import dev.ginkgo.hub.http.server.Responses;
import dev.ginkgo.hub.http.server.StreamOutput;
import dev.ginkgo.hub.metrics.DisconnectReason;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTP/1.1 connection. Requests are processed in order, and each is answered before the next is processed, until one of them
 * turns the connection into a stream. Only publishes that wait for a broker may wait together: their messages are appended
 * in order, and their responses sent in order (see {@link PendingResponses}).
 *
 * <p>Pipelined requests are served in turns, so that other connections of the event loop are served in between.
 * Responses are flushed at the end of a turn: one publish is one write, and so are sixteen pipelined ones. If the client does
 * not read its responses, the hub neither reads nor serves its requests.
 */
public final class Http1Connection extends SocketHandler {
    private static final Logger LOG = LoggerFactory.getLogger(Http1Connection.class);

    private final ConnectionContext connectionContext;
    private final ResponseWriter writer;
    private final @Nullable ProblemException rejection;

    // accessed on the event loop only
    private Phase phase = Phase.IDLE;
    private @Nullable Exchange exchange;
    private boolean closeAfterResponse;
    private boolean keepAliveByDefault = true;
    private final RequestTurns turns;
    private final PendingResponses pending;

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
        super(channel, clientNetwork, security, connectionContext.newDeadline());
        this.connectionContext = connectionContext;
        this.rejection = rejection;
        this.writer = new ResponseWriter(channel, connectionContext.date());
        this.turns = new RequestTurns(
                channel,
                share,
                this::onBytesReceived,
                this::isAcceptingRequests,
                this::startPartialRequest,
                this::closeAfterResponses);
        this.pending = new PendingResponses(channel.eventLoop(), this::sendPending, this::pendingWritten);
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
        if (phase == Phase.IDLE && isAcceptingRequests()) {
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
        if (phase == Phase.IDLE && pending.isEmpty()) {
            phase = Phase.DETACHED;
            var _ = channel.close();
        }
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

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        receive(message);
    }

    private void receive(Object message) {
        try {
            switch (phase) {
                case IDLE, HEAD, BODY -> handle(message);
                case HELD_BACK -> pending.holdBack(ReferenceCountUtil.retain(message)); // the end of a request
                case PAUSED -> throw new IllegalStateException("decoded a request before its turn");
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
            if (!pending.isEmpty() && !pending.mayOverlap(request)) {
                holdBack(ReferenceCountUtil.retain(message));
                return;
            }
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
        if (phase == Phase.IDLE) { // a pipelined request has not passed through onBytesReceived
            phase = Phase.HEAD;
            startDeadline();
        }
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

    /** Holds a request, or its response, back until the requests before it have been answered. */
    private void holdBack(Object owned) {
        phase = Phase.HELD_BACK;
        pending.holdBack(owned);
        startDeadline();
    }

    /** Sends a complete response, which is flushed when the current read completes. */
    @Override
    public void send(FullHttpResponse response) {
        if (pending.isEmpty()) {
            sendNow(response);
        } else {
            holdBack(response);
        }
    }

    private void sendNow(FullHttpResponse response) {
        phase = closeAfterResponse ? Phase.CLOSING : Phase.IDLE;
        startDeadline();
        if (closeAfterResponse) {
            writer.writeLast(response);
        } else {
            writer.write(response, keepAliveByDefault);
        }
    }

    @Override
    public void sendLater(Exchange answered, CompletableFuture<FullHttpResponse> response, Overlap overlap) {
        pending.add(answered, response, overlap);
        phase = Phase.IDLE;
        startDeadline();
    }

    private void sendPending(Exchange answered, FullHttpResponse response) {
        FullHttpResponse finished = answered.finish(response);
        if (pending.isEmpty() && phase == Phase.IDLE) {
            sendNow(finished);
        } else { // not the last one: a later request is being processed
            writer.write(finished, answered.request().protocolVersion().isKeepAliveDefault());
        }
    }

    /** Continues after pending responses have been written. */
    private void pendingWritten() {
        for (Object held = pending.takeHeldBack(); held != null; held = pending.takeHeldBack()) {
            if (held instanceof FullHttpResponse response) {
                sendNow(response);
            } else {
                phase = phase == Phase.HELD_BACK ? Phase.IDLE : phase;
                receive(held);
            }
        }
        turns.start();
    }

    /** Sets the deadline for what the connection waits for. */
    private void startDeadline() {
        ConnectionDeadline.Kind awaited = phase.awaited(!pending.isEmpty());
        if (phase != Phase.CLOSING && !channel.isWritable()) {
            deadline.start(ConnectionDeadline.Kind.WRITE);
        } else if (awaited == null) {
            deadline.clear();
        } else {
            deadline.start(awaited);
        }
    }

    @Override
    public void pause() {
        phase = Phase.PAUSED;
        startDeadline();
        channel.config().setAutoRead(false);
    }

    @Override
    public void resume(Runnable action) {
        try {
            channel.eventLoop().execute(() -> {
                if (phase == Phase.PAUSED) {
                    action.run();
                    turns.start();
                }
            });
        } catch (RejectedExecutionException ended) {
            LOG.debug("not resumed, because the event loop has ended", ended);
        }
    }

    @Override
    public StreamOutput detachForStream() {
        phase = Phase.DETACHED;
        deadline.clear();
        turns.detach();
        removeFrom(channel.pipeline());
        return writer;
    }

    private boolean isAcceptingRequests() {
        return switch (phase) {
            case IDLE -> channel.isWritable() && (pending.isEmpty() || (!closeAfterResponse && pending.hasRoom()));
            case HEAD, BODY -> channel.isWritable();
            case PAUSED, HELD_BACK -> false;
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
        if (phase == Phase.PAUSED || !pending.isEmpty()) {
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
        if (phase != Phase.CLOSING) {
            startDeadline();
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
        super.handlerRemoved(context);
        pending.close();
        Exchange now = exchange;
        if (now != null) {
            now.release();
            exchange = null;
        }
    }
}
