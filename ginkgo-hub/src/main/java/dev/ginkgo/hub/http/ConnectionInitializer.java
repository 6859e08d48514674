package dev.ginkgo.hub.http;

import dev.ginkgo.hub.connection.ConnectionLifetime;
import dev.ginkgo.hub.http.h1.Http1Connection;
import dev.ginkgo.hub.http.h1.RequestTurns;
import dev.ginkgo.hub.http.h2.Http2Connection;
import dev.ginkgo.hub.http.h2.PrefaceDetector;
import dev.ginkgo.hub.http.proxy.ProxyHeader;
import dev.ginkgo.hub.http.proxy.TrustedProxies;
import dev.ginkgo.hub.http.server.ConnectionContext;
import dev.ginkgo.hub.http.server.ConnectionDeadline;
import dev.ginkgo.hub.http.server.ConnectionLimiter;
import dev.ginkgo.hub.http.server.ConnectionSecurity;
import dev.ginkgo.hub.http.server.DateHeader;
import dev.ginkgo.hub.http.server.ManagedConnection;
import dev.ginkgo.hub.http.server.RequestHandler;
import dev.ginkgo.hub.http.tls.PlainRequestHandler;
import dev.ginkgo.hub.http.tls.TlsHandshake;
import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.hub.metrics.DisconnectReason;
import dev.ginkgo.hub.net.ClientAddress;
import dev.ginkgo.hub.net.ClientNetwork;
import dev.ginkgo.time.TimeSource;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Sets up the connections of an HTTP front, enforces their deadlines and closes them. */
public final class ConnectionInitializer extends ChannelInitializer<Channel> implements AutoCloseable {
    private final ConnectionContext connectionContext;
    private final ConnectionContext plainContext; // on a port with TLS
    private final ConnectionLimiter connectionLimiter;
    private final TrustedProxies trustedProxies;
    private final AtomicBoolean firstProxyFailure = new AtomicBoolean(true);
    private final Supplier<Integer> maxStreams;
    private final Counters counters;
    private final Map<EventLoop, RequestTurns.Share> turnShares = new ConcurrentHashMap<>();
    private final Set<ManagedConnection> connections = ConcurrentHashMap.newKeySet();
    private final OpenConnections open = new OpenConnections();
    private final ChannelGroup channels = new DefaultChannelGroup(ImmediateEventExecutor.INSTANCE);

    private volatile @Nullable Tls tls;

    /**
     * The peer of a connection.
     *
     * @param countedNetwork the network whose connections are counted; null for a proxy, whose clients are counted
     */
    private record Client(InetAddress network, @Nullable InetAddress countedNetwork) {}

    private record Tls(Supplier<SslContext> context, Executor threads) {}

    /**
     * @param connectionLimiter limits connections and streams of HTTP/2
     * @param maxStreams maximum number of open streams of one HTTP/2 connection
     */
    public ConnectionInitializer(
            TimeSource timeSource,
            RequestHandler handler,
            ConnectionLimiter connectionLimiter,
            TrustedProxies trustedProxies,
            Supplier<Integer> maxStreams,
            ConnectionDeadline.Timeouts timeouts,
            Counters counters) {
        this.connectionContext = new ConnectionContext(timeSource, handler, new DateHeader(timeSource), timeouts);
        this.plainContext = connectionContext.withHandler(new PlainRequestHandler());
        this.connectionLimiter = connectionLimiter;
        this.trustedProxies = trustedProxies;
        this.maxStreams = maxStreams;
        this.counters = counters;
    }

    /**
     * Uses TLS for new connections.
     *
     * @param context returns the configuration for a new connection
     * @param threads runs the signatures and key exchanges of handshakes
     */
    void useTls(Supplier<SslContext> context, Executor threads) {
        tls = new Tls(context, threads);
    }

    @Override
    protected void initChannel(Channel channel) {
        InetSocketAddress peer = ClientAddress.peer(channel);
        InetAddress network = peer == null ? null : ClientNetwork.of(peer.getAddress());
        boolean proxy = peer != null && trustedProxies.includes(peer);
        if (peer == null || network == null || !connectionLimiter.acquire(proxy ? null : network)) {
            counters.recordDisconnect(DisconnectReason.REFUSED);
            var _ = channel.close();
            return;
        }
        InetAddress counted = proxy ? null : connectionLimiter.shared(network);
        channels.add(channel);
        open.opened();
        ConnectionLifetime.of(channel).add(new ConnectionLifetime.Participant() {
            @Override
            public void connectionClosed(DisconnectReason reason) {
                connectionLimiter.release(counted);
                counters.recordDisconnect(reason);
                open.closed();
            }

            @Override
            public void socketAdopted(Channel unused) {
                channels.remove(unused);
            }
        });
        if (trustedProxies.requiresHeader(peer)) {
            awaitProxyHeader(channel, peer);
        } else {
            serve(channel, new Client(network, proxy ? null : network));
        }
    }

    private void awaitProxyHeader(Channel channel, InetSocketAddress peer) {
        AtomicReference<ManagedConnection> self = new AtomicReference<>();
        ProxyHeader proxyHeader = new ProxyHeader(
                channel,
                connectionContext.newDeadline(),
                () -> serveClientOfProxy(channel, peer),
                () -> connections.remove(self.get()),
                firstProxyFailure);
        self.set(proxyHeader);
        connections.add(proxyHeader);
        proxyHeader.addToPipeline();
    }

    private void serveClientOfProxy(Channel channel, InetSocketAddress peer) {
        InetSocketAddress client = ClientAddress.of(channel);
        if (client == null || client.equals(peer)) { // a health check of the proxy itself
            serve(channel, new Client(ClientNetwork.of(peer.getAddress()), null));
            return;
        }
        InetAddress network = ClientNetwork.of(client.getAddress());
        if (!connectionLimiter.acquireClient(network)) {
            DisconnectReason.REFUSED.mark(channel);
            var _ = channel.close();
            return;
        }
        ConnectionLifetime.of(channel).add(_ -> connectionLimiter.releaseClient(network));
        serve(channel, new Client(network, network));
    }

    private void serve(Channel channel, Client client) {
        Tls current = tls;
        if (current == null) {
            Http1Connection http1 = serveHttp1(channel, client, ConnectionSecurity.NONE, connectionContext);
            channel.pipeline().addFirst(new PrefaceDetector(http1::onBytesReceived, () -> {
                http1.removeFrom(channel.pipeline());
                serveHttp2(channel, client, ConnectionSecurity.NONE);
            }));
        } else {
            startHandshake(channel, client, current);
        }
    }

    /** Starts a handshake, unless the connection exceeds a limit: a response with the reason would cost a handshake. */
    private void startHandshake(Channel channel, Client client, Tls current) {
        if (connectionLimiter.rejection(client.network) != null) {
            DisconnectReason.REFUSED.mark(channel);
            var _ = channel.close();
            return;
        }
        AtomicReference<ManagedConnection> self = new AtomicReference<>();
        TlsHandshake handshake = new TlsHandshake(
                channel,
                current.context.get(),
                current.threads,
                connectionContext.newDeadline(),
                new TlsHandshake.Continuation() {
                    @Override
                    public void secured(Channel channel, String protocol, ConnectionSecurity security) {
                        if (protocol.equals(ApplicationProtocolNames.HTTP_2)) {
                            serveHttp2(channel, client, security);
                        } else {
                            var _ = serveHttp1(channel, client, security, connectionContext);
                        }
                    }

                    @Override
                    public void plain(Channel channel) {
                        var _ = serveHttp1(channel, client, ConnectionSecurity.NONE, plainContext);
                    }
                },
                () -> connections.remove(self.get()));
        self.set(handshake);
        connections.add(handshake);
        channel.pipeline().addLast(handshake);
    }

    private Http1Connection serveHttp1(
            Channel channel, Client client, ConnectionSecurity security, ConnectionContext context) {
        Http1Connection http1Connection = new Http1Connection(
                channel,
                client.network,
                security,
                context,
                turnShares.computeIfAbsent(channel.eventLoop(), _ -> new RequestTurns.Share()),
                connectionLimiter.rejection(client.network));
        connections.add(http1Connection);
        http1Connection.onDetached(() -> connections.remove(http1Connection));
        http1Connection.addTo(channel.pipeline());
        return http1Connection;
    }

    private void serveHttp2(Channel channel, Client client, ConnectionSecurity security) {
        new Http2Connection(
                        channel,
                        client.network,
                        client.countedNetwork,
                        security,
                        connectionContext,
                        connectionLimiter,
                        connections)
                .start(maxStreams.get());
    }

    /** Checks the deadline of a connection that is no longer used for requests, until it is closed. Any thread. */
    void manage(ManagedConnection connection) {
        connections.add(connection);
        var _ = connection.channel().closeFuture().addListener(_ -> connections.remove(connection));
    }

    /** Closes the connections whose deadline has passed. */
    public void closeExpired() {
        for (ManagedConnection each : connections) {
            if (each.isExpired()) {
                each.channel().eventLoop().execute(each::closeIfExpired);
            }
        }
    }

    /** Stops accepting requests: idle connections are closed at once, others after their response. */
    public void drain() {
        for (ManagedConnection each : connections) {
            each.channel().eventLoop().execute(each::drain);
        }
    }

    /**
     * Waits, in real time, until all connections are closed.
     *
     * @return whether they are; false after the timeout
     */
    public boolean awaitClosed(Duration timeout) throws InterruptedException {
        return open.awaitNone(timeout);
    }

    /** Returns the open connections of Netty: not those whose sockets have been adopted. */
    public Collection<Channel> channels() {
        return List.copyOf(channels);
    }

    /** Returns the number of open connections. */
    public int size() {
        return open.count();
    }

    /** Closes the connections of Netty. */
    @Override
    public void close() {
        channels.forEach(DisconnectReason.STOPPING::mark);
        channels.close().awaitUninterruptibly();
    }
}
