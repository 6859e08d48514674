package dev.ginkgo.hub.http.server;

import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.hub.metrics.DisconnectReason;
import dev.ginkgo.time.TimeSource;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** All connections of a front: lets them in, has their time looked after, and ends them. */
public final class ConnectionInitializer extends ChannelInitializer<Channel> implements AutoCloseable {
    private final TimeSource timeSource;
    private final RequestHandler handler;
    private final DateHeader date;
    private final ConnectionLimiter connectionLimiter;
    private final ConnectionDeadline.Timeouts timeouts;
    private final Counters counters;
    private final Set<HttpConnection> connections = ConcurrentHashMap.newKeySet();
    private final ChannelGroup channels = new DefaultChannelGroup(ImmediateEventExecutor.INSTANCE);

    public ConnectionInitializer(
            TimeSource timeSource,
            RequestHandler handler,
            ConnectionLimiter connectionLimiter,
            ConnectionDeadline.Timeouts timeouts,
            Counters counters) {
        this.timeSource = timeSource;
        this.handler = handler;
        this.date = new DateHeader(timeSource);
        this.connectionLimiter = connectionLimiter;
        this.timeouts = timeouts;
        this.counters = counters;
    }

    @Override
    protected void initChannel(Channel channel) {
        if (!(channel.remoteAddress() instanceof InetSocketAddress peer)
                || !connectionLimiter.acquire(peer.getAddress())) {
            counters.recordDisconnect(DisconnectReason.REFUSED);
            var _ = channel.close();
            return;
        }
        InetAddress address = peer.getAddress();
        var _ = channel.closeFuture().addListener(_ -> {
            connectionLimiter.release(address);
            counters.recordDisconnect(DisconnectReason.of(channel));
        });
        channels.add(channel);
        ConnectionDeadline connectionDeadline = new ConnectionDeadline(timeSource, timeouts);
        HttpConnection httpConnection =
                new HttpConnection(channel, handler, date, connectionDeadline, connectionLimiter.rejection(address));
        connections.add(httpConnection);
        httpConnection.onDetached(() -> connections.remove(httpConnection));
        channel.pipeline()
                .addLast(
                        new StrictRequestDecoder(httpConnection::onBytesReceived),
                        new HttpResponseEncoder(),
                        httpConnection);
    }

    /** Ends those whose time is over. */
    public void closeExpired() {
        for (HttpConnection each : connections) {
            if (each.isExpired()) {
                each.channel().eventLoop().execute(each::closeIfExpired);
            }
        }
    }

    /** Takes no further request: idle ones end at once, the others with their answer. */
    public void drain() {
        for (HttpConnection each : connections) {
            each.channel().eventLoop().execute(each::drain);
        }
    }

    /** Waits, in real time, until all are closed. */
    public boolean awaitClosed(Duration atMost) throws InterruptedException {
        return channels.newCloseFuture().await(atMost.toMillis());
    }

    public Collection<Channel> channels() {
        return List.copyOf(channels);
    }

    public int size() {
        return channels.size();
    }

    /** Closes what is left. */
    @Override
    public void close() {
        channels.forEach(DisconnectReason.STOPPING::mark);
        channels.close().awaitUninterruptibly();
    }
}
