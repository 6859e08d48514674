package dev.ginkgo.hub.http;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.Service;
import dev.ginkgo.Setting;
import dev.ginkgo.Snapshot;
import dev.ginkgo.config.Address;
import dev.ginkgo.config.Size;
import dev.ginkgo.hub.access.AuthenticationService;
import dev.ginkgo.hub.http.access.CredentialsRoute;
import dev.ginkgo.hub.http.access.RequestAuthentication;
import dev.ginkgo.hub.http.proxy.ClientAddressSource;
import dev.ginkgo.hub.http.proxy.TrustedProxies;
import dev.ginkgo.hub.http.server.BodyBudget;
import dev.ginkgo.hub.http.server.ConnectionDeadline;
import dev.ginkgo.hub.http.server.ConnectionLimiter;
import dev.ginkgo.hub.http.server.HttpRoute;
import dev.ginkgo.hub.http.server.ManagedConnection;
import dev.ginkgo.hub.http.server.NettyServer;
import dev.ginkgo.hub.http.server.OriginPolicy;
import dev.ginkgo.hub.http.site.StaticFiles;
import dev.ginkgo.hub.http.site.StaticSiteHandler;
import io.netty.channel.Channel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
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
public final class HttpFrontend extends Service {
    private static final Duration DEADLINE_CHECK_INTERVAL = Duration.ofMillis(500);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

    private static final Size DEFAULT_BODY_MEMORY = Size.ofBytes(
            Math.min(Runtime.getRuntime().maxMemory() / 8, Size.ofMebibytes(32).bytes()));

    private final Setting<Boolean> enabled = setting("enabled", true)
            .restartRequired()
            .help("Whether to listen; if not, only the hub's own program uses it");

    private final Setting<Boolean> anonymous = setting("anonymous", false)
            .restartRequired()
            .help(
                    "Whether anyone who reaches the port may publish and subscribe; required to bind beyond loopback without"
                            + " authentication");

    private final Setting<Address> bind = setting("bind", Address.of("127.0.0.1:8088"))
            .check(
                    (address, all) -> address.isLoopback() || all.get(anonymous) || isAuthenticated(all),
                    "can be reached from other machines, and there is no authentication; configure [hub.auth], set"
                            + " anonymous = true if anyone may publish and subscribe, or bind to 127.0.0.1")
            .restartRequired()
            .help("Where to listen; port 0 takes a free port");

    private final Setting<NettyServer.IoTransport> transport = setting("transport", NettyServer.IoTransport.AUTO)
            .restartRequired()
            .help("I/O mechanism: epoll, nio, or auto, which is epoll where available");

    private final Setting<Integer> loops = setting("loops", 0)
            .between(0, 1024)
            .restartRequired()
            .help("Number of event loops, each a thread; 0 is one per processor");

    private final Setting<List<String>> allowedOrigins = list("allowed-origins", String.class)
            .check(
                    all -> all.stream().allMatch(OriginPolicy::isOrigin),
                    "is not a list of origins such as \"https://example.org\"")
            .help("Origins whose pages may use the hub, besides its own, such as \"https://example.org\"");

    private final Setting<List<String>> allowedHosts = list("allowed-hosts", String.class)
            .check(
                    all -> all.stream().allMatch(OriginPolicy::isHost),
                    "is not a list of host names such as \"hub.example.org\"")
            .help("Host names of the hub, besides localhost; if set, requests with any other Host are rejected");

    private final Setting<List<String>> trustedProxyNetworks = list("trusted-proxies", String.class)
            .check(
                    all -> all.stream().allMatch(TrustedProxies::isNetwork),
                    "is not a list of addresses and networks such as \"192.0.2.1\" and \"10.0.0.0/8\"")
            .help("Addresses of proxies that say for which client they send a request");

    private final Setting<ClientAddressSource> clientAddress = setting(
                    "client-address", ClientAddressSource.X_FORWARDED_FOR)
            .help("Where they say it: x-forwarded-for, forwarded, or proxy-protocol");

    private final Setting<Optional<Path>> page = optional("page", Path.class)
            .check(
                    folder -> folder.isEmpty() || StaticFiles.isSite(folder.get()),
                    "is not a folder with an index.html, which http.page serves at /")
            .help("Folder with your own page: index.html is served at /, its other files below /-/page/");

    private final Setting<Boolean> dashboard = setting("dashboard", true)
            .help("Whether to serve the dashboard: at / if there is no page of your own, and at /-/dashboard");

    private final Setting<Optional<String>> advertise = optional("advertise", String.class)
            .check(
                    url -> url.isEmpty() || OriginPolicy.isOrigin(url.get()),
                    "is not a URL such as \"https://node2.example.org\"")
            .restartRequired()
            .help("URL at which browsers reach this node, if it is not http:// and the bind address");

    private final Setting<Size> maxBody = setting("max-body", Size.ofMebibytes(1))
            .between(Size.ofBytes(1), Size.ofMebibytes(1024))
            .help("Maximum length of a message");

    private final Setting<Size> maxBodyMemory = setting("max-body-memory", DEFAULT_BODY_MEMORY)
            .between(Size.ofMebibytes(1), Size.ofMebibytes(1024 * 1024))
            .help("Memory for request bodies that are being received; at least max-body is available");

    private final Setting<Size> maxBodyMemoryPerAddress = setting("max-body-memory-per-address", Size.ofMebibytes(8))
            .between(Size.ofMebibytes(1), Size.ofMebibytes(1024 * 1024))
            .help("Part of max-body-memory that one address, or one IPv6 /64, may use");

    private final Setting<Integer> maxConnections =
            setting("max-connections", 10_000).between(1, 1_000_000).help("Maximum number of open connections");

    private final Setting<Integer> maxPerAddress = setting("max-connections-per-address", 1_000)
            .between(1, 1_000_000)
            .help("Maximum number of open connections from one address, or one IPv6 /64");

    private final Setting<Integer> maxSubscribers = setting("max-subscribers", 10_000)
            .between(1, 1_000_000)
            .help("Maximum number of connections that subscribe to one channel");

    private final Setting<Integer> maxSubscriptions = setting("max-subscriptions", 100)
            .between(1, 100_000)
            .help("Maximum number of subscriptions of one WebSocket of the protocol ginkgo.v1");

    private final Setting<Integer> maxSubscriptionsPerAddress = setting("max-subscriptions-per-address", 1_000)
            .between(1, 10_000_000)
            .help("Maximum number of subscriptions of all such WebSockets from one address, or one IPv6 /64");

    private final Setting<Duration> requestTimeout = setting("request-timeout", Duration.ofSeconds(10))
            .between(Duration.ofMillis(10), Duration.ofHours(1))
            .help("Maximum time for a request to arrive, and for its response to be read");

    private final Setting<Duration> idleTimeout = setting("idle-timeout", Duration.ofSeconds(60))
            .between(Duration.ofMillis(10), Duration.ofDays(1))
            .help("Maximum time between two requests on a connection");

    private final Setting<Duration> heartbeat = setting("heartbeat", Duration.ofSeconds(15))
            .between(Duration.ofMillis(10), Duration.ofHours(1))
            .help("Time without output after which a stream gets a heartbeat");

    private final Setting<Duration> maxLifetime = setting("max-lifetime", Duration.ZERO)
            .between(Duration.ZERO, Duration.ofDays(365))
            .help("Maximum lifetime of a stream, after which its client reconnects; 0 is unlimited");

    private final Setting<Duration> drainDelay = setting("drain-delay", Duration.ZERO)
            .between(Duration.ZERO, Duration.ofHours(1))
            .help("How long a graceful shutdown serves on after /-/health/ready has begun to fail");

    private final Setting<Duration> drainTime = setting("drain-time", Duration.ofMillis(500))
            .between(Duration.ZERO, Duration.ofHours(1))
            .help("Time over which a graceful shutdown spreads the ends of the streams");

    private final Supplier<? extends HttpBackend> backend;
    private final RouteFactory routeFactory;
    private final AuthenticationService authentication;
    private final ClusterWebDirectory webDirectory;
    private final StaticSiteHandler staticSiteHandler = new StaticSiteHandler();
    private final RandomGenerator random;

    private volatile @Nullable Run run;

    /** State of one run. */
    private record Run(
            Channel listener, ConnectionInitializer connections, StreamRegistry streams, GracefulShutdown shutdown) {}

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
        this.backend = requireNonNull(backend, "backend is null");
        this.routeFactory = requireNonNull(routeFactory, "routeFactory is null");
        this.authentication = requireNonNull(authentication, "authentication is null");
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
        StreamRegistry streams = new StreamRegistry(maxSubscribers, time(), random);
        ClusterOrigins members = new ClusterOrigins(time());
        closeOnStop(webDirectory.watchOrigins().apply(members::update));
        TrustedProxies trustedProxies = new TrustedProxies(trustedProxyNetworks, clientAddress);
        ConnectionLimiter connectionLimiter = new ConnectionLimiter(maxConnections, maxPerAddress);
        PublishService publishService =
                new PublishService(hub.publisher(), hub.idempotencyCache(), shutdown::isRejecting);
        BodyBudget bodyBudget = new BodyBudget(
                () -> maxBodyMemory.get().bytes(),
                () -> maxBodyMemoryPerAddress.get().bytes(),
                () -> maxBody.get().bytes());
        SocketContext sockets = new SocketContext(
                hub.streams(),
                streams,
                publishService,
                bodyBudget,
                () -> new ConnectionDeadline(time(), timeouts()),
                this::manage,
                maxSubscriptions,
                maxSubscriptionsPerAddress);
        Router router = new Router(
                trustedProxies,
                new OriginPolicy(() -> origins(members), allowedHosts),
                new RequestAuthentication(
                        authentication.accessControl(), anonymous.get(), task -> spawn("authentication", task::run)),
                routes(streams, shutdown, sockets),
                new PublishHandler(publishService, bodyBudget),
                new SubscribeHandler(hub.streams(), streams, connectionLimiter, shutdown::isRejecting));
        ConnectionInitializer connections = new ConnectionInitializer(
                time(), router, connectionLimiter, trustedProxies, timeouts(), hub.counters());

        int threads = loops.get() == 0 ? Runtime.getRuntime().availableProcessors() : loops.get();
        NettyServer nettyServer = closeOnStop(new NettyServer(transport.get(), threads, status().path() + "#loop-"));
        closeOnStop(connections);
        Channel listener = nettyServer.listen(bind.get(), bind.describe(), connections);
        run = new Run(listener, connections, streams, shutdown);
        closeOnStop(() -> listener.close().awaitUninterruptibly());
        log.info("listening on {}", address());
        url().ifPresent(webDirectory.advertise());

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
    }

    private void manage(ManagedConnection connection) {
        requireNonNull(run, "a connection was accepted before the start")
                .connections
                .manage(connection);
    }

    private List<HttpRoute> routes(StreamRegistry streams, GracefulShutdown shutdown, SocketContext sockets) {
        List<HttpRoute> all = new ArrayList<>();
        authentication.accessControl().ifPresent(control -> all.add(new CredentialsRoute(control, time())));
        all.add(staticSiteHandler);
        all.addAll(routeFactory.create(new RouteFactory.Context(
                streams::all, shutdown::isDraining, page -> spawn("page", page::run), sockets)));
        return all;
    }

    private boolean isAuthenticated(Snapshot all) {
        return authentication.isConfigured(all);
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

    /** Reads the page of {@code http.page} again. If that fails, the previous one is still served. */
    @Override
    protected void onReload() throws IOException {
        staticSiteHandler.load(page.get());
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
                .or(() -> bind.get().isWildcard() ? Optional.empty() : Optional.of("http://" + address()))
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
