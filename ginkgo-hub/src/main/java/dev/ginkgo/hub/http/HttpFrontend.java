package dev.ginkgo.hub.http;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.config.Address;
import dev.ginkgo.hub.access.AuthenticationService;
import dev.ginkgo.hub.delivery.PatternQuota;
import dev.ginkgo.hub.delivery.sender.SocketSenders;
import dev.ginkgo.hub.http.access.CredentialsRoute;
import dev.ginkgo.hub.http.access.RequestAuthentication;
import dev.ginkgo.hub.http.proxy.TrustedProxies;
import dev.ginkgo.hub.http.server.BodyBudget;
import dev.ginkgo.hub.http.server.ConnectionDeadline;
import dev.ginkgo.hub.http.server.ConnectionLimiter;
import dev.ginkgo.hub.http.server.HttpRoute;
import dev.ginkgo.hub.http.server.ManagedConnection;
import dev.ginkgo.hub.http.server.NettyServer;
import dev.ginkgo.hub.http.server.OriginPolicy;
import dev.ginkgo.hub.http.site.StaticSiteHandler;
import dev.ginkgo.hub.http.tls.ReloadingTls;
import dev.ginkgo.hub.http.tls.TlsThreads;
import io.netty.channel.Channel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * HTTP front of the hub: {@code POST} publishes, {@code GET} subscribes; see {@code docs/http.md}. The service is ready
 * when the port is bound and accepts connections.
 *
 * <p>Connections are served by a few event loops, which never block. Tasks of the service send heartbeats, enforce
 * timeouts and build responses that take long.
 */
public final class HttpFrontend extends HttpFrontendSettings {
    private static final Duration DEADLINE_CHECK_INTERVAL = Duration.ofMillis(500);
    private static final Duration CERTIFICATE_CHECK_INTERVAL = Duration.ofSeconds(2);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

    private final Supplier<? extends HttpBackend> backend;
    private final RouteFactory routeFactory;
    private final ClusterWebDirectory webDirectory;
    private final StaticSiteHandler staticSiteHandler = new StaticSiteHandler();
    private final RandomGenerator random;

    private volatile @Nullable Run run;
    private volatile @Nullable SocketSenders senders;

    /** State of one run. */
    private record Run(
            Channel listener,
            ConnectionInitializer connections,
            StreamRegistry streams,
            GracefulShutdown shutdown,
            @Nullable ReloadingTls tls) {}

    /**
     * Declares the HTTP front of a hub.
     *
     * @param backend returns the running hub; called at each start
     * @param routeFactory creates the routes in addition to channels and the page of {@code http.page}
     * @param authentication authenticates the clients; started before this service
     * @param webDirectory web addresses of the other nodes
     * @param random spreads the ends of streams
     */
    public HttpFrontend(
            Supplier<? extends HttpBackend> backend,
            RouteFactory routeFactory,
            AuthenticationService authentication,
            ClusterWebDirectory webDirectory,
            RandomGenerator random) {
        super(requireNonNull(authentication, "authentication is null"));
        this.backend = requireNonNull(backend, "backend is null");
        this.routeFactory = requireNonNull(routeFactory, "routeFactory is null");
        this.webDirectory = requireNonNull(webDirectory, "webDirectory is null");
        this.random = requireNonNull(random, "random is null");
    }

    /**
     * Returns the address on which the hub listens, with the actual port if the setting has port 0.
     *
     * @throws IllegalStateException if the hub does not listen
     */
    public Address address() {
        Run now = run;
        if (now == null
                || !now.listener.isOpen()
                || !(now.listener.localAddress() instanceof InetSocketAddress local)) {
            throw new IllegalStateException("the hub does not listen; its address is available between start and stop");
        }
        return new Address(bind.get().host(), local.getPort());
    }

    @Override
    protected void onStart() throws Exception {
        if (!enabled.get()) {
            return;
        }
        staticSiteHandler.load(page.get());
        GracefulShutdown shutdown = new GracefulShutdown(random);
        HttpBackend hub = backend.get();
        StreamRegistry streams = new StreamRegistry(maxSubscribers, maxStreamsPerUser, time(), random);
        ClusterOrigins members = new ClusterOrigins(time());
        closeOnStop(webDirectory.watchOrigins().apply(members::update));
        TrustedProxies trustedProxies = new TrustedProxies(trustedProxyNetworks, clientAddress);
        ConnectionLimiter connectionLimiter = new ConnectionLimiter(maxConnections, maxPerAddress);
        PublishService publishService = new PublishService(
                hub.publisher(),
                hub.idempotencyCache(),
                new PublishRateLimiter(maxPublishRate, maxPublishBurst, time()),
                shutdown::isRejecting);
        BodyBudget bodyBudget = new BodyBudget(
                () -> maxBodyMemory.get().bytes(),
                () -> maxBodyMemoryPerAddress.get().bytes(),
                () -> maxBodyMemoryPerUser.get().bytes(),
                () -> maxBody.get().bytes());
        PatternQuota<String> userPatterns =
                new PatternQuota<>(maxPatternsPerUser, "http.max-patterns-per-user", "this user");
        SocketContext sockets = new SocketContext(
                hub.streams(),
                streams,
                connectionLimiter,
                publishService,
                bodyBudget,
                () -> new ConnectionDeadline(time(), timeouts()),
                this::manage,
                maxSubscriptions,
                maxSubscriptionsPerAddress,
                maxSubscriptionsPerUser,
                userPatterns);
        Router router = new Router(
                trustedProxies,
                compression,
                new OriginPolicy(() -> origins(members), allowedHosts),
                new RequestAuthentication(
                        authentication().accessControl(), anonymous.get(), task -> spawn("authentication", task::run)),
                routes(streams, shutdown, sockets),
                new PublishHandler(publishService, bodyBudget, streams::validity),
                new SubscribeHandler(hub.streams(), streams, connectionLimiter, userPatterns, shutdown::isRejecting),
                strictTransport);
        ConnectionInitializer connections = new ConnectionInitializer(
                time(), router, connectionLimiter, trustedProxies, maxStreams, timeouts(), hub.counters());

        ReloadingTls tls = tlsSettings.isEnabled() ? new ReloadingTls(tlsSettings, this::now, log) : null;
        if (tls != null) {
            connections.useTls(tls::current, closeOnStop(new TlsThreads(status().path() + "#tls-")));
        }

        int threads = loops.get() == 0 ? Runtime.getRuntime().availableProcessors() : loops.get();
        NettyServer nettyServer = closeOnStop(new NettyServer(transport.get(), threads, status().path() + "#loop-"));
        closeOnStop(() -> {
            streams.closeAll();
            connections.close();
            connections.awaitClosed(CLOSE_TIMEOUT);
        });
        Channel listener = nettyServer.listen(bind.get(), bind.describe(), connections);
        run = new Run(listener, connections, streams, shutdown, tls);
        closeOnStop(() -> listener.close().awaitUninterruptibly());
        log.info("listening on {}", address());
        url().ifPresent(webDirectory.advertise());

        SocketSenders prepared = senders;
        if (prepared != null) {
            spawn("sender", prepared::open);
        }
        spawn("accept", () -> {
            awaitOpen();
            listener.config().setAutoRead(true);
        });
        every("heartbeat", this::heartbeatCheckInterval, () -> hub.streams().heartbeat(heartbeat.get()));
        every("timeouts", () -> DEADLINE_CHECK_INTERVAL, () -> {
            connections.closeExpired();
            streams.closeExpired(maxLifetime.get());
            streams.closeInvalid();
        });
        if (tls != null) {
            every("certificates", CERTIFICATE_CHECK_INTERVAL, tls::reloadIfChanged);
        }
    }

    /** Prepares what writes to the streams of the next run. Called before each start, which chooses the sender. */
    public SocketSenders prepareSenders() {
        SocketSenders prepared =
                new SocketSenders(sender.get(), enabled.get() && NettyServer.usesEpoll(transport.get()), log);
        senders = prepared;
        return prepared;
    }

    /** Returns what writes to the streams. */
    public SocketSenders senders() {
        return requireNonNull(senders, "the hub has not been started");
    }

    private void manage(ManagedConnection connection) {
        requireNonNull(run, "a connection was accepted before the start")
                .connections
                .manage(connection);
    }

    private List<HttpRoute> routes(StreamRegistry streams, GracefulShutdown shutdown, SocketContext sockets) {
        List<HttpRoute> all = new ArrayList<>();
        authentication().accessControl().ifPresent(control -> all.add(new CredentialsRoute(control, time())));
        all.add(staticSiteHandler);
        all.addAll(routeFactory.create(new RouteFactory.Context(
                streams::all, shutdown::isDraining, page -> spawn("page", page::run), sockets)));
        return all;
    }

    /** Returns whether the port requires TLS. */
    public boolean isSecure() {
        return tlsSettings.isEnabled();
    }

    /** Returns whether the dashboard is served. */
    public boolean hasDashboard() {
        return dashboard.get();
    }

    /** Returns the number of open connections. */
    public int connectionCount() {
        Run now = run;
        return now == null ? 0 : now.connections.size();
    }

    /** Returns the open connections. */
    public Collection<Channel> openConnections() {
        Run now = run;
        return now == null ? List.of() : now.connections.channels();
    }

    /** Returns the open streams. */
    public List<StreamRegistry.OpenStream> openStreams() {
        Run now = run;
        return now == null ? List.of() : now.streams.all();
    }

    @Override
    protected void onStop() throws InterruptedException {
        Run now = run;
        if (now != null) {
            now.shutdown.drain(now.listener, drainDelay.get());
            now.shutdown.closeConnections(now.connections, now.streams, drainTime.get());
        }
    }

    /** Reads the certificates and the page of {@code http.page} again. If one cannot be read, the
     * previous one stays in use. */
    @Override
    protected void onReload() throws IOException {
        Run now = run;
        try {
            if (now != null && now.tls != null) {
                now.tls.reload();
            }
        } finally {
            staticSiteHandler.load(page.get());
        }
    }

    /**
     * Returns the URL at which browsers reach this node; empty if the hub is configured not to listen, or listens on all
     * addresses and {@code http.advertise} is not set.
     */
    public Optional<URI> url() {
        if (!enabled.get()) {
            return Optional.empty();
        }
        return advertise
                .get()
                .or(() -> bind.get().isWildcard()
                        ? Optional.empty()
                        : Optional.of((tlsSettings.isEnabled() ? "https://" : "http://") + address()))
                .map(URI::create);
    }

    private List<String> origins(ClusterOrigins members) {
        List<String> origins = new ArrayList<>(allowedOrigins.get());
        origins.addAll(members.allowed());
        return origins;
    }

    /** Short enough that heartbeats are at most a tenth of their interval late, and at most one second. */
    private Duration heartbeatCheckInterval() {
        Duration interval = heartbeat.get().dividedBy(10);
        return interval.compareTo(Duration.ofSeconds(1)) < 0 ? interval : Duration.ofSeconds(1);
    }

    private ConnectionDeadline.Timeouts timeouts() {
        return new ConnectionDeadline.Timeouts(idleTimeout, requestTimeout, requestTimeout, () -> CLOSE_TIMEOUT);
    }
}
