package dev.ginkgo.hub.http.h2;

import dev.ginkgo.hub.http.server.ConnectionContext;
import dev.ginkgo.hub.http.server.ConnectionDeadline;
import dev.ginkgo.hub.http.server.ConnectionLimiter;
import dev.ginkgo.hub.http.server.ConnectionSecurity;
import dev.ginkgo.hub.http.server.ManagedConnection;
import dev.ginkgo.hub.http.server.RequestValidator;
import dev.ginkgo.hub.metrics.DisconnectReason;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2FrameStreamException;
import io.netty.handler.codec.http2.Http2MultiplexActiveStreamsException;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2WindowUpdateFrame;
import io.netty.handler.flush.FlushConsolidationHandler;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTP/2 connection, over TLS or in the clear. Each stream is a channel of its own, and counts as a connection for the limits
 * of its client. Event loop only.
 *
 * <p>Netty counts what a client can send at no cost, and closes the connection beyond a limit: resets (CVE-2023-44487) and
 * what makes the hub reset streams (CVE-2025-8671), small CONTINUATION frames (CVE-2024-27316), answers to SETTINGS and PING
 * that the client does not read (CVE-2019-9512, CVE-2019-9515), empty DATA frames (CVE-2019-9518).
 *
 * <p>The writes of many streams in one round of deliveries are flushed together.
 */
public final class Http2Connection extends ChannelInboundHandlerAdapter implements ManagedConnection {
    private static final Logger LOG = LoggerFactory.getLogger(Http2Connection.class);
    private static final int MIN_RESETS = 200;
    private static final int RESET_WINDOW_SECONDS = 30;
    private static final int MAX_QUEUED_CONTROL_FRAMES = 1_000;
    private static final int MAX_CONSOLIDATED_FLUSHES = 256;

    private final Channel channel;
    private final InetAddress clientNetwork;
    private final @Nullable InetAddress countedNetwork;
    private final ConnectionSecurity security;
    private final ConnectionContext connectionContext;
    private final ConnectionLimiter limiter;
    private final Set<ManagedConnection> registry;
    private final ConnectionDeadline deadline;
    private final Map<Integer, Http2Stream> streams = new HashMap<>();
    private @Nullable ChannelHandlerContext context;
    private boolean draining;

    /**
     * Starts the deadline for the first request.
     *
     * @param countedNetwork the network whose streams the limiter counts; null for a trusted proxy, whose clients are counted
     * @param limiter counts the streams
     * @param registry contains the connection and its streams while they are open
     */
    public Http2Connection(
            Channel channel,
            InetAddress clientNetwork,
            @Nullable InetAddress countedNetwork,
            ConnectionSecurity security,
            ConnectionContext connectionContext,
            ConnectionLimiter limiter,
            Set<ManagedConnection> registry) {
        this.channel = channel;
        this.clientNetwork = clientNetwork;
        this.countedNetwork = countedNetwork;
        this.security = security;
        this.connectionContext = connectionContext;
        this.limiter = limiter;
        this.registry = registry;
        this.deadline = connectionContext.newDeadline();
        deadline.start(ConnectionDeadline.Kind.IDLE);
    }

    /**
     * Adds the handlers of this connection to its channel.
     *
     * @param maxStreams maximum number of open streams
     */
    public void start(int maxStreams) {
        registry.add(this);
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
        channel.config().setAutoRead(true);
        int maxResets = Math.max(MIN_RESETS, maxStreams);
        channel.pipeline()
                .addLast(
                        Http2FrameCodecBuilder.forServer()
                                .initialSettings(Http2Settings.defaultSettings()
                                        .maxConcurrentStreams(maxStreams)
                                        .maxHeaderListSize(RequestValidator.MAX_HEADERS)
                                        .connectProtocolEnabled(true))
                                .decoderEnforceMaxRstFramesPerWindow(maxResets, RESET_WINDOW_SECONDS)
                                .encoderEnforceMaxRstFramesPerWindow(maxResets, RESET_WINDOW_SECONDS)
                                .encoderEnforceMaxQueuedControlFrames(MAX_QUEUED_CONTROL_FRAMES)
                                .decoupleCloseAndGoAway(true)
                                .build(),
                        new FlushConsolidationHandler(MAX_CONSOLIDATED_FLUSHES, true),
                        this,
                        new Http2MultiplexHandler(new ChannelInitializer<Http2StreamChannel>() {
                            @Override
                            protected void initChannel(Http2StreamChannel stream) {
                                open(stream);
                            }
                        }));
    }

    private void open(Http2StreamChannel stream) {
        if (!limiter.acquire(countedNetwork)) {
            var _ = stream.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.REFUSED_STREAM));
            return;
        }
        deadline.clear();
        int id = stream.stream().id();
        Http2Stream opened =
                new Http2Stream(stream, clientNetwork, security, connectionContext, limiter.rejection(clientNetwork));
        streams.put(id, opened);
        registry.add(opened);
        stream.pipeline().addLast(opened);
        var _ = stream.closeFuture().addListener(_ -> {
            limiter.release(countedNetwork);
            streams.remove(id);
            registry.remove(opened);
            if (streams.isEmpty()) {
                becomeIdle();
            }
        });
    }

    private void becomeIdle() {
        if (draining) {
            var _ = channel.close();
        } else {
            deadline.start(ConnectionDeadline.Kind.IDLE);
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext handlerContext) {
        context = handlerContext;
    }

    /** Counts the window updates of each stream: its client reads. */
    @Override
    public void channelRead(ChannelHandlerContext handlerContext, Object message) {
        if (message instanceof Http2WindowUpdateFrame update) {
            Http2FrameStream stream = update.stream();
            Http2Stream updated = stream == null ? null : streams.get(stream.id());
            if (updated != null) {
                updated.windowUpdated();
            }
        }
        handlerContext.fireChannelRead(message);
    }

    @Override
    public Channel channel() {
        return channel;
    }

    @Override
    public boolean isExpired() {
        return deadline.isExpired();
    }

    @Override
    public void closeIfExpired() {
        if (deadline.isExpired()) {
            DisconnectReason.IDLE.mark(channel);
            goAway();
            var _ = channel.close();
        }
    }

    @Override
    public void drain() {
        draining = true;
        DisconnectReason.STOPPING.mark(channel);
        goAway();
        if (streams.isEmpty()) {
            var _ = channel.close();
        }
    }

    /** Tells the client that further requests are not served on this connection. */
    private void goAway() {
        ChannelHandlerContext current = context;
        if (current != null) {
            var _ = current.writeAndFlush(new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR));
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext handlerContext) {
        deadline.clear();
        registry.remove(this);
        handlerContext.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext handlerContext, Throwable cause) {
        if (cause instanceof Http2Exception || cause.getCause() instanceof Http2Exception) {
            DisconnectReason.REFUSED.mark(channel); // the client has violated the protocol, or a limit
        } else {
            DisconnectReason.mark(channel, cause);
        }
        LOG.debug("connection of {} has an exception", channel.remoteAddress(), cause);
        if (cause instanceof Http2FrameStreamException || cause instanceof Http2MultiplexActiveStreamsException) {
            handlerContext.fireExceptionCaught(cause); // to the streams that it concerns
        }
    }
}
