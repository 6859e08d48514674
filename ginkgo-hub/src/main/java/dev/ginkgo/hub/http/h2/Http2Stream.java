package dev.ginkgo.hub.http.h2;

import dev.ginkgo.hub.connection.WriteProgress;
import dev.ginkgo.hub.http.server.ConnectionContext;
import dev.ginkgo.hub.http.server.ConnectionDeadline;
import dev.ginkgo.hub.http.server.ConnectionSecurity;
import dev.ginkgo.hub.http.server.Exchange;
import dev.ginkgo.hub.http.server.HttpConnection;
import dev.ginkgo.hub.http.server.ManagedConnection;
import dev.ginkgo.hub.http.server.Overlap;
import dev.ginkgo.hub.http.server.ProblemException;
import dev.ginkgo.hub.http.server.Responses;
import dev.ginkgo.hub.http.server.StreamOutput;
import dev.ginkgo.hub.metrics.DisconnectReason;
import dev.ginkgo.hub.net.ClientAddress;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stream of an HTTP/2 connection: one request and its response, unless it becomes a stream of messages. Event loop only.
 *
 * <pre>
 *   REQUEST --(complete)--> [AWAITING_RESPONSE] --> RESPONDED        DETACHED, from REQUEST
 * </pre>
 */
final class Http2Stream extends ChannelInboundHandlerAdapter implements HttpConnection, ManagedConnection {
    private static final Logger LOG = LoggerFactory.getLogger(Http2Stream.class);

    private enum Phase {
        REQUEST,
        AWAITING_RESPONSE,
        RESPONDED,
        DETACHED
    }

    private final Http2StreamChannel channel;
    private final InetAddress clientNetwork;
    private final ConnectionSecurity security;
    private final ConnectionContext connectionContext;
    private final ConnectionDeadline deadline;
    private final @Nullable ProblemException rejection;
    private Phase phase = Phase.REQUEST;
    private @Nullable Exchange exchange;
    private boolean requestEnded;
    private long windowUpdates;

    /**
     * Starts the deadline for the request.
     *
     * @param rejection error response to the request; null if the stream is accepted
     */
    Http2Stream(
            Http2StreamChannel channel,
            InetAddress clientNetwork,
            ConnectionSecurity security,
            ConnectionContext connectionContext,
            @Nullable ProblemException rejection) {
        this.channel = channel;
        this.clientNetwork = clientNetwork;
        this.security = security;
        this.connectionContext = connectionContext;
        this.deadline = connectionContext.newDeadline();
        this.rejection = rejection;
        deadline.start(ConnectionDeadline.Kind.REQUEST);
    }

    /** Notes that the client has read a part of the response. */
    void windowUpdated() {
        windowUpdates++;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        try {
            if (phase == Phase.REQUEST) {
                handle(message);
            }
        } catch (ProblemException problem) {
            reject(problem);
        } catch (RuntimeException e) {
            LOG.error("could not serve an HTTP/2 request", e);
            reject(ProblemException.internalError());
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void handle(Object message) throws ProblemException {
        if (message instanceof Http2HeadersFrame headers) {
            requestEnded = headers.isEndStream();
            if (exchange == null) { // else they are trailers, which have no meaning here
                begin(headers);
            }
        } else if (message instanceof Http2DataFrame data) {
            requestEnded = data.isEndStream();
            if (exchange != null) {
                exchange.addBody(data.content());
            }
        }
        Exchange now = exchange;
        if (now != null && (requestEnded || isWebSocket(now))) {
            now.complete();
            now.release();
            exchange = null;
        }
    }

    /** Returns whether the request is complete although its stream goes on. */
    private static boolean isWebSocket(Exchange exchange) {
        return exchange.request().headers().contains("upgrade");
    }

    private void begin(Http2HeadersFrame headers) throws ProblemException {
        Exchange started = new Exchange(
                this,
                RequestHeaders.translate(headers.headers(), channel.stream().id()));
        exchange = started;
        if (rejection != null) {
            throw rejection;
        }
        connectionContext.handler().begin(started);
    }

    private void reject(ProblemException problem) {
        Exchange now = exchange;
        exchange = null;
        if (now == null) {
            send(Responses.problem(problem));
        } else {
            now.reject(problem);
        }
    }

    @Override
    public void closeAfterResponse() {}

    @Override
    public void send(FullHttpResponse response) {
        phase = Phase.RESPONDED;
        deadline.start(ConnectionDeadline.Kind.WRITE);
        var _ = StreamBody.write(channel, response, connectionContext.date()).addListener(_ -> responded());
        channel.flush();
    }

    /** Ends the exchange when the response has been sent: the client need not send the rest of its request. */
    private void responded() {
        deadline.clear();
        if (!requestEnded) {
            var _ = channel.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.NO_ERROR));
        }
    }

    @Override
    public void sendContinue(HttpResponse informational) {
        var _ = channel.writeAndFlush(new DefaultHttp2HeadersFrame(
                new DefaultHttp2Headers().status(informational.status().codeAsText()), false));
    }

    @Override
    public void pause() {
        phase = Phase.AWAITING_RESPONSE;
        deadline.clear();
    }

    @Override
    public void resume(Runnable action) {
        whenWaiting(action, () -> {});
    }

    /** Sends the response of an exchange later. Other streams are independent of it. */
    @Override
    public void sendLater(Exchange answered, CompletableFuture<FullHttpResponse> response, Overlap overlap) {
        pause();
        var _ = response.thenAccept(complete -> whenWaiting(() -> answered.respond(complete), complete::release));
    }

    /** Runs an action on the event loop, or another one if the stream has been closed. */
    private void whenWaiting(Runnable action, Runnable closed) {
        try {
            channel.eventLoop().execute(() -> {
                if (phase == Phase.AWAITING_RESPONSE && channel.isActive()) {
                    action.run();
                } else {
                    closed.run();
                }
            });
        } catch (RejectedExecutionException ended) {
            closed.run();
        }
    }

    @Override
    public StreamOutput detachForStream() {
        phase = Phase.DETACHED;
        deadline.clear();
        StreamBody body = new StreamBody(channel, connectionContext.date());
        channel.attr(WriteProgress.KEY).set(() -> windowUpdates);
        channel.pipeline().addLast(body);
        channel.pipeline().remove(this);
        return body;
    }

    @Override
    public Channel channel() {
        return channel;
    }

    @Override
    public Channel connectionChannel() {
        return channel.parent();
    }

    @Override
    public InetAddress clientNetwork() {
        return ClientAddress.network(channel(), clientNetwork);
    }

    @Override
    public ConnectionSecurity security() {
        return security;
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
        DisconnectReason.REQUEST_TIMEOUT.mark(channel);
        if (phase == Phase.REQUEST) {
            reject(ProblemException.requestTimeout());
        } else {
            var _ = channel.close();
        }
    }

    /** Does nothing: the request is served, and the connection accepts no further one. */
    @Override
    public void drain() {}

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        handlerRemoved(context);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        deadline.clear();
        Exchange now = exchange;
        if (now != null && phase != Phase.DETACHED) {
            now.release();
            exchange = null;
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.debug("stream of {} reset by an exception", channel.remoteAddress(), cause);
        DisconnectReason.REFUSED.mark(channel);
        var _ = context.close();
    }
}
